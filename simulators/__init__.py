"""A seeded city that plays devices, and the demo that starts everything."""
