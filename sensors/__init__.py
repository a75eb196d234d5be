"""The sensor domain: vocabulary, register, policy, payload formats and database schema, shared by all programs."""
