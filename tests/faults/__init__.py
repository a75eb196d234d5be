"""Nothing lost and nothing twice, whatever breaks: real broker, database and processes, and faults on purpose."""
