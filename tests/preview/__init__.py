"""Pictures of the dashboards, drawn with Grafana's own packages: ``make dashboards-preview``."""
