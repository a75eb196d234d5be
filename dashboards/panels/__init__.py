"""One module per dashboard with its panels, and an SQL file with one query section per panel."""
