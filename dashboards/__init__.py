"""What policy officers see in Grafana: dashboards and alerts as code, and how they get there."""
