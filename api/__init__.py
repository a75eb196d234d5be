"""The readers: the public register and its APIs."""
