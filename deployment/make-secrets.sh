#!/bin/sh
# Make every secret that compose.yaml asks for and that is not there yet. What is there is left as it is.
#   make-secrets.sh BROKER_HOST [FOLDER]
# BROKER_HOST is the name by which devices reach the broker (LANTAARN_BROKER_HOST). FOLDER is `secrets` by default.
set -eu
umask 077
host=${1:?the name by which devices reach the broker}
folder=${2:-secrets}
mkdir -p "$folder"
cd "$folder"

# The folder keeps others on this machine out. The files can be read, because each container has a user of its own, and
# sees those files only that compose.yaml gives it.
keep() { chmod 444 "$1"; }

random() {
    [ -e "$1" ] && return
    openssl rand -hex 24 | tr -d '\n' > "$1"
    keep "$1"
}

for name in database_superuser_password database_owner_password \
    ingest_database_password api_database_password dashboard_database_password \
    ingest_mqtt_password doctor_mqtt_password simulate_mqtt_password share_name grafana_admin_password; do
    random "$name"
done

# What is the municipality's own. smtp_url: its mail server, smtps://user:password@host; empty: mail waits in a folder.
# grafana_smtp_password: for Grafana's mail. alert_webhook: an address that hears of alerts; empty: none does.
for name in smtp_url grafana_smtp_password alert_webhook; do
    [ -e "$name" ] || { : > "$name"; keep "$name"; }
done

# An authority of our own: devices carry its certificate, so that the broker's can be renewed without touching them.
# Its key is needed for that alone: keep it elsewhere.
if [ ! -e broker_authority ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 7300 -subj "/CN=Lantaarn broker authority" \
        -addext "keyUsage=critical,keyCertSign,cRLSign" -keyout authority_key -out broker_authority 2>/dev/null
    keep broker_authority
fi
if [ ! -e broker_certificate ]; then
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$host" \
        -keyout broker_key.new -out broker.csr 2>/dev/null
    printf 'subjectAltName=DNS:%s\nbasicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n' "$host" > broker.ext
    openssl x509 -req -in broker.csr -CA broker_authority -CAkey authority_key -CAcreateserial -days 825 \
        -extfile broker.ext -out broker_certificate.new 2>/dev/null
    mv broker_key.new broker_key
    mv broker_certificate.new broker_certificate
    rm -f broker.csr broker.ext broker_authority.srl
    keep broker_key
    keep broker_certificate
fi
