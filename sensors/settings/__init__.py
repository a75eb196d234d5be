"""What a program must be told: small typed classes by program and part, read from the environment.

Everything is ``LANTAARN_*``, except the addresses ``DATABASE_URL`` and ``MQTT_URL`` and the passwords with
them. A secret ``X`` may be in a file instead, named by ``X_FILE``, as containers hand it over. Secrets print as stars.
"""
