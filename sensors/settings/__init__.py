"""Settings: small typed classes by program and part, read from the environment.

Variables are named ``LANTAARN_*``, except the addresses ``DATABASE_URL`` and ``MQTT_URL`` and their passwords.
A secret ``X`` may be read from the file named by ``X_FILE`` instead, as containers provide it. Secrets print as stars.
"""
