"""When readings are from: the period that they are about, and for devices without a clock, when they arrived."""
