"""Those who work with Lantaarn: what they did, and how they say who they are."""
