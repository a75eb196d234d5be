"""One module per dashboard, which exports it as ``DASHBOARD``, and an SQL file with one query section per panel.

To add a dashboard, add these two files and a row in ``docs/dashboards.md``.
"""
