"""Devices and what they may do at the broker: Mosquitto's password file and ACL file are the only place that knows."""
