"""What erasing does to the register: a whole entry."""
