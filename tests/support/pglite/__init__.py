"""TimescaleDB without a server: PostgreSQL 17 and TimescaleDB compiled to WebAssembly, on Node; for tests only."""
