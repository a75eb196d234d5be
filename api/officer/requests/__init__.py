"""What people ask about what is held of them (AVG art. 15 and 17): find it, hand it out, erase it, write the letter."""
