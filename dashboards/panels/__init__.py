"""The dashboards: for each a list of panels, and beside it the statements that they ask, one section for each panel."""
