"""The writers: from broker to database, by the rules of the register."""
