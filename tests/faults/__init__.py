"""Fault injection with a real broker, database and processes: nothing may be lost or stored twice."""
