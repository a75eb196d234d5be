#!/bin/sh
# Run Mosquitto, and have it read its files again within a second after one of them has changed: passwords, rights, its
# certificate. FOLDER holds the first two; FILEs are watched too.
#   run-mosquitto.sh CONFIGURATION FOLDER [FILE…]
set -eu
configuration=$1
folder=$2
shift 2

# A file is replaced as a whole, so it has changed when it is another one (inode) or of another time.
look() { stat -c '%n %i %Y %s' "$folder/passwords" "$folder/acl" "$@" 2>/dev/null || true; }

seen=$(look "$@")
mosquitto -c "$configuration" &
broker=$!
trap 'kill -TERM "$broker"' TERM INT
trap 'kill -HUP "$broker"' HUP

while kill -0 "$broker" 2>/dev/null; do
    sleep 1 &
    wait $! || true
    now=$(look "$@")
    if [ "$now" != "$seen" ]; then
        seen=$now
        kill -HUP "$broker" 2>/dev/null || true
    fi
done
wait "$broker"
