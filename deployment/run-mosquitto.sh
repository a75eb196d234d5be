#!/bin/sh
# Run Mosquitto, and reload it within a second of a change to its passwords or ACL (in FOLDER) or any FILE, such as the
# certificate.
#   run-mosquitto.sh CONFIGURATION FOLDER [FILE…]
set -eu
configuration=$1
folder=$2
shift 2

# Files are replaced atomically, so a change shows in the inode, the mtime or the size.
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
