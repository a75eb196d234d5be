"""Device accounts at the broker. Mosquitto's password and ACL files are the single source of truth."""
