"""What a mail about alerts says, rendered by Prometheus's own program."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dashboards import alert_mail
from tests.support.installed import needs_amtool


def alert(name: str, *, fires: bool) -> dict[str, Any]:
    return {
        "status": "firing" if fires else "resolved",
        "labels": {"alertname": name, "ernst": "dringend"},
        "annotations": {"summary": "De inname loopt 900 seconden achter.", "description": "Kijk met lantaarn doctor."},
        "startsAt": "2026-11-30T23:05:00Z",
        "endsAt": "2026-12-01T00:10:00Z",
    }


def rendered(folder: Path, template: str, *alerts: dict[str, Any]) -> str:
    names = {each["labels"]["alertname"] for each in alerts}
    common = {"alertname": names.pop()} if len(names) == 1 else {}
    firing = any(each["status"] == "firing" for each in alerts)
    data = {"status": "firing" if firing else "resolved", "alerts": alerts, "commonLabels": common}
    (folder / "data.json").write_text(json.dumps(data))
    (folder / "none.tmpl").write_text("")
    command = ["amtool", "template", "render", "--template.glob", str(folder / "*.tmpl")]
    command += ["--template.data", str(folder / "data.json"), "--template.text", template]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@needs_amtool
def test_a_mail_says_what_is_wrong_what_to_do_and_since_when(tmp_path: Path) -> None:
    lag = alert("Inname loopt achter", fires=True)
    assert rendered(tmp_path, alert_mail.SUBJECT, lag).strip() == "Waarschuwing: Inname loopt achter"
    assert rendered(tmp_path, alert_mail.MESSAGE, lag).splitlines()[:4] == [
        "Inname loopt achter (dringend)",
        "De inname loopt 900 seconden achter.",
        "Wat te doen: Kijk met lantaarn doctor.",
        "Sinds 30-11-2026 23:05 UTC.",
    ]


@needs_amtool
def test_a_mail_about_several_alerts_tells_of_each_and_of_what_is_over(tmp_path: Path) -> None:
    alerts = (alert("Inname loopt achter", fires=True), alert("Sensoren stil", fires=False))
    assert rendered(tmp_path, alert_mail.SUBJECT, *alerts).strip() == "Waarschuwing: 2 meldingen van Lantaarn"
    message = rendered(tmp_path, alert_mail.MESSAGE, *alerts)
    assert "Voorbij: Sensoren stil" in message
    assert "Van 30-11-2026 23:05 tot 01-12-2026 00:10 UTC." in message
    assert rendered(tmp_path, alert_mail.SUBJECT, alerts[1]).strip() == "Voorbij: Sensoren stil"


@pytest.mark.parametrize("template", [alert_mail.SUBJECT, alert_mail.MESSAGE])
def test_grafana_finds_nothing_to_fill_in(template: str) -> None:
    assert "$" not in template
