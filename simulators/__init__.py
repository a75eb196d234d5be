"""A seeded, simulated city of devices, and the commands that run Lantaarn on one machine."""
