#!/bin/sh
# Create the secrets that compose.yaml needs, leaving existing ones alone.
#   make-secrets.sh BROKER_HOST [FOLDER]
# BROKER_HOST is the host name devices use for the broker (LANTAARN_BROKER_HOST). FOLDER defaults to `secrets`.
set -eu
umask 077
host=${1:?BROKER_HOST, the host name devices use for the broker, is required}
folder=${2:-secrets}
mkdir -p "$folder"
cd "$folder"

# The folder keeps other local users out. The files are world-readable because each container runs as a different user,
# and sees only the files that compose.yaml mounts.
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

# To be filled in by the municipality. smtp_url: its mail server, smtps://user:password@host; if empty, mail is spooled.
# grafana_smtp_password: for Grafana's mail. alert_webhook: a webhook URL for alerts; may be empty.
for name in smtp_url grafana_smtp_password alert_webhook; do
    [ -e "$name" ] || { : > "$name"; keep "$name"; }
done

# A private CA: devices trust its certificate, so that the broker's can be renewed without touching them. The CA key is
# needed only for that: keep it elsewhere.
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
