"""Mutation testing of the privacy code: each mutant disables one rule, and a test must fail."""
