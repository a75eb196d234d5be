"""Alert rules and what to do when they fire. Each has a section in docs/alerts.md."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import alerting as builders
from grafana_foundation_sdk.builders import expr
from grafana_foundation_sdk.models import alerting as models
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from dashboards import alert_mail
from dashboards.build import DASHBOARDS
from dashboards.limits import describe_sources
from dashboards.panel_queries import load_panel_queries
from dashboards.query import SqlQuery, SqlQueryBuilder
from dashboards.spec import DATASOURCE_TYPE
from sensors.settings.grafana import DashboardSettings

FOLDER_UID = "lantaarn"
FOLDER_TITLE = "Lantaarn"
RULE_GROUP = "Lantaarn"
RECEIVER = "Lantaarn"
EVALUATION_INTERVAL_SECONDS = 60
"""Seconds between evaluations."""
EXPRESSION_DATASOURCE_UID = "__expr__"
"""Grafana's built-in data source for expressions."""
WEBHOOK_FILE_REFERENCE = "$__file{/run/secrets/alert_webhook}"
"""Written instead of the webhook URL, which may hold a secret: Grafana reads it from the container's secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert that fires when a value of its query exceeds ``threshold`` for ``pending_period``.

    ``key``: the section of its query, and part of its uid. ``panel``: the related (dashboard, panel). Texts are Grafana
    templates: ``.Labels`` are the query's text columns, ``.Values.A.Value`` is its value.
    """

    key: str
    title: str
    threshold: float
    pending_period: str
    severity: str
    panel: tuple[str, str]
    summary: str
    action: str

    @property
    def uid(self) -> str:
        """The uid in Grafana."""
        return f"lantaarn-{self.key.replace('_', '-')}"

    @property
    def anchor(self) -> str:
        """The anchor in docs/alerts.md."""
        return f"alert-{self.key.replace('_', '-')}"


VALUE_TEMPLATE = '{{ printf "%.0f" .Values.A.Value }}'
ALERTS = (
    Alert(
        key="limit_value",
        title="Grenswaarde overschreden",
        threshold=1,
        pending_period="0s",
        severity="aandacht",
        panel=("air_quality", "exceedance_days"),
        summary="{{ .Labels.stof }} is bij {{ .Labels.station }} ({{ .Labels.sensor }}) hoger dan de "
        '{{ .Labels.norm }} van de EU: {{ printf "%.2f" .Values.A.Value }} keer.',
        action="Kijk op de bladzijde van de sensor en bij de meetpunten ernaast of het klopt. Is het op meer "
        "meetpunten zo, "
        f"volg dan het smogdraaiboek en licht de omgevingsdienst in. Getallen: {describe_sources('EU', 'hour', 'day')}",
    ),
    Alert(
        key="lamps_out",
        title="Lampen in een buurt uit",
        threshold=25,
        pending_period="15m",
        severity="dringend",
        panel=("lighting", "neighbourhoods"),
        summary=f"In {{{{ .Labels.buurt }}}} meldt {VALUE_TEMPLATE} procent van de lampen een storing, of is stil "
        "gevallen.",
        action="Vallen veel lampen tegelijk uit, dan is meestal een kast of kabel stuk: bel de storingsdienst van de "
        "netbeheerder "
        "of de aannemer. Melden de lampen wel iets, dan staat de storingscode in de lijst met storingen.",
    ),
    Alert(
        key="silent",
        title="Sensoren stil",
        threshold=0,
        pending_period="1h",
        severity="aandacht",
        panel=("register", "deviating_sensors"),
        summary=f"{{{{ .Labels.soort }}}}: van {VALUE_TEMPLATE} sensoren komt niets meer binnen.",
        action="Kijk in de lijst welke het zijn. Eén sensor: stroom, bereik of kapot. Alle sensoren van één "
        "leverancier: bel de leverancier. Alles: kijk of de inname achterloopt. Blijft een sensor weg, zet hem dan in "
        "het register uit.",
    ),
    Alert(
        key="imbalance",
        title="Boekhouding klopt niet",
        threshold=0,
        pending_period="5m",
        severity="dringend",
        panel=("platform", "unexplained_readings"),
        summary=f"Van {VALUE_TEMPLATE} metingen van de laatste dag is niet verklaard wat ermee is gebeurd.",
        action="Voer lantaarn audit uit: die zegt welke sensor en welk uur het is. Is er met de hand iets in de "
        "database veranderd, zet dat dan terug. Anders is het een fout in Lantaarn: meld die, en bewaar het logboek.",
    ),
    Alert(
        key="retention",
        title="Bewaartermijn niet nagekomen",
        threshold=0,
        pending_period="15m",
        severity="dringend",
        panel=("privacy", "promises"),
        summary=f"Van {VALUE_TEMPLATE} beloftes over bewaren is niet zeker dat zij zijn nagekomen.",
        action="Voer lantaarn retention verify uit, en dan lantaarn retention run als eigenaar van de tabellen. Staat "
        "er dat niets "
        "is gecontroleerd, kijk dan of de inname draait. Licht de privacy officer in: is iets te lang bewaard, dan "
        "hoort dat "
        "in het register van incidenten.",
    ),
    Alert(
        key="unregistered",
        title="Apparaat dat niet in het register staat",
        threshold=0,
        pending_period="0s",
        severity="aandacht",
        panel=("privacy", "refused_readings"),
        summary=f"Er kwamen {VALUE_TEMPLATE} metingen binnen van een afzender die niet in het register staat. Zij "
        "zijn niet opgeslagen.",
        action="Is er net een sensor opgehangen, zet hem dan in het register. Is hij al weg, haal dan zijn wachtwoord "
        "weg. Weet niemand "
        "van wie hij is, haal dan ook zijn wachtwoord weg en vraag het de leverancier.",
    ),
    Alert(
        key="lag",
        title="Inname loopt achter",
        threshold=600,
        pending_period="5m",
        severity="dringend",
        panel=("platform", "lag"),
        summary=f"De inname loopt {VALUE_TEMPLATE} seconden achter, of geeft geen levensteken.",
        action="Kijk met lantaarn doctor of de database en de broker er zijn. De broker bewaart intussen wat "
        "binnenkomt. Zijn zij er "
        "wel, dan is er meer werk dan één werker aankan: geef de inname er een bij met LANTAARN_WORKERS.",
    ),
)
"""All alerts."""


def build_rule(alert: Alert, settings: DashboardSettings) -> models.Rule:
    """Build the provisioning model of an alert."""
    source = DataSourceRef(type_val=DATASOURCE_TYPE, uid=settings.grafana_datasource)
    query = (
        builders.Query("A")
        .datasource_uid(settings.grafana_datasource)
        .model(SqlQueryBuilder(SqlQuery(load_panel_queries("alerts")[alert.key], "table", source)))
        .relative_time_range(models.RelativeTimeRange(from_val=600, to=0))
    )
    threshold = (
        builders.Query("B")
        .datasource_uid(EXPRESSION_DATASOURCE_UID)
        .model(_threshold_expression(alert.threshold))
        .relative_time_range(models.RelativeTimeRange(from_val=600, to=0))
    )
    return (
        builders.Rule(alert.title)
        .uid(alert.uid)
        .folder_uid(FOLDER_UID)
        .rule_group(RULE_GROUP)
        .org_id(1)
        .queries([query, threshold])
        .condition("B")
        .for_val(alert.pending_period)
        .no_data_state("OK")
        .exec_err_state("Error")
        .is_paused(False)
        .labels({"ernst": alert.severity})
        .annotations(dict(_annotations(alert, settings)))
        .notification_settings(builders.NotificationSettings().receiver(RECEIVER))
        .build()
    )


def _threshold_expression(value: float) -> expr.TypeThreshold:
    evaluator = expr.ExprTypeThresholdConditionsEvaluator().type("gt").params([value])
    condition = expr.ExprTypeThresholdConditions().evaluator(evaluator)
    source = DataSourceRef(type_val=EXPRESSION_DATASOURCE_UID, uid=EXPRESSION_DATASOURCE_UID)
    return expr.TypeThreshold().ref_id("B").expression("A").datasource(source).conditions([condition])


def _annotations(alert: Alert, settings: DashboardSettings) -> Iterator[tuple[str, str]]:
    """Yield the summary, the action, and links to the panel and the handbook."""
    dashboard, panel = panel_of(alert)
    yield "summary", alert.summary
    yield "description", f"{alert.action} Meer: docs/alerts.md, onder #{alert.anchor}."
    yield "__dashboardUid__", dashboard
    yield "__panelId__", str(panel)
    if settings.handbook_url is not None:
        yield "runbook_url", f"{settings.handbook_url}#{alert.anchor}"


def panel_of(alert: Alert) -> tuple[str, int]:
    """The dashboard uid and panel id an alert refers to. Raises StopIteration if there is no such panel."""
    name, key = alert.panel
    dashboard = next(each for each in DASHBOARDS if each.name == name)
    return dashboard.uid, 1 + next(number for number, panel in enumerate(dashboard.panels) if panel.key == key)


def build_rule_group(settings: DashboardSettings) -> models.RuleGroup:
    """Build the group of all alerts, evaluated every minute."""
    group = models.RuleGroup(folder_uid=FOLDER_UID, interval=EVALUATION_INTERVAL_SECONDS, title=RULE_GROUP)
    group.rules = [build_rule(alert, settings) for alert in ALERTS]
    return group


def build_contact_points(settings: DashboardSettings, webhook: str | None) -> Iterator[models.ContactPoint]:
    """Yield the contact points: a mailbox, a webhook, or both. ``webhook``: the URL or a reference to it."""
    mail = settings.alert_mail
    if mail is not None:
        texts = {"subject": alert_mail.SUBJECT, "message": alert_mail.MESSAGE}
        yield _contact_point("mail", "email", {"addresses": mail, "singleEmail": True, **texts})
    if webhook is not None:
        yield _contact_point("webhook", "webhook", {"url": webhook, "httpMethod": "POST"})


def _contact_point(name: str, receiver_type: Any, point_settings: Mapping[str, object]) -> models.ContactPoint:
    return (
        builders.ContactPoint()
        .uid(f"lantaarn-{name}")
        .name(RECEIVER)
        .type(receiver_type)
        .settings(dict(point_settings))
        .disable_resolve_message(False)
        .build()
    )
