"""What erasing does to the register: a whole entry, or one field of its versions."""
