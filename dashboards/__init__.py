"""Grafana dashboards and alerts for policy officers, as code."""
