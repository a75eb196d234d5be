"""The public register and its APIs (read-only)."""
