"""``lantaarn leakcheck``: plant identifiers everywhere, then prove that nothing at rest contains one."""
