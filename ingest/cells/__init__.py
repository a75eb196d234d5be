"""What is published of hours and days: when cells are due, and the noise in those of counts."""
