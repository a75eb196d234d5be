"""The addresses of the register, by who asks: people, programs, and who keeps it running."""
