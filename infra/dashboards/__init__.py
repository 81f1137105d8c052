"""What looks at the metrics: Grafana's dashboards, alert rules, Prometheus' settings, and the table of all metrics."""
