"""The register as an officer must show it: the record of processing activities, and a summary for a DPIA."""
