"""How much is taken in at once, and of whom: no device stops the others, and no message stops ingest for ever."""
