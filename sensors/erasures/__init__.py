"""What was erased on request, listed in the database and outside it, so that it stays so."""
