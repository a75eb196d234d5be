"""``lantaarn leakcheck``: identifiers are planted everywhere, and then nothing that rests anywhere may hold one."""
