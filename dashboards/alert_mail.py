"""The mail that Grafana sends about alerts, in Dutch: subject and text, as templates of Grafana's Alertmanager.

Only functions that Prometheus's Alertmanager has too, so that ``amtool template render`` can try them. Grafana puts its
own frame around the text, with English links. No ``$``: Grafana would fill it in when it reads its files.
"""

SUBJECT = (
    "{{ if .Alerts.Firing }}Waarschuwing{{ else }}Voorbij{{ end }}: "
    "{{ with .CommonLabels.alertname }}{{ . }}{{ else }}{{ len .Alerts }} meldingen van Lantaarn{{ end }}"
)
"""Names the alert, or how many there are if they differ."""
MESSAGE = """\
{{ range .Alerts.Firing -}}
{{ .Labels.alertname }} ({{ .Labels.ernst }})
{{ .Annotations.summary }}
Wat te doen: {{ .Annotations.description }}
{{ with .Annotations.runbook_url }}Handboek: {{ . }}
{{ end }}Sinds {{ .StartsAt.UTC.Format "02-01-2006 15:04" }} UTC.

{{ end -}}
{{ range .Alerts.Resolved -}}
Voorbij: {{ .Labels.alertname }}
{{ .Annotations.summary }}
Van {{ .StartsAt.UTC.Format "02-01-2006 15:04" }} tot {{ .EndsAt.UTC.Format "02-01-2006 15:04" }} UTC.

{{ end -}}
U krijgt deze mail omdat dit adres in Lantaarn staat bij de waarschuwingen (LANTAARN_ALERT_MAIL).
"""
"""What each alert says, what to do about it, and since when."""
