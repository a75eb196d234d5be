"""TimescaleDB without a server: PostgreSQL 17 with TimescaleDB as WebAssembly under Node, for the tests only."""
