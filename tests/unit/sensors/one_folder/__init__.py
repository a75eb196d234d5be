"""A kind and a format that the product does not have, and what must be true once their folders are there."""
