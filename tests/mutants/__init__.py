"""Does a test fail when a rule of the privacy code is taken out? Each mutant takes out one."""
