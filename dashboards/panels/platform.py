"""Platform: is everything ingested, on time, and does the ledger balance?"""

from dashboards.spec import Completeness, Dashboard, Panel, PanelType, Threshold, Variable, VariableType
from dashboards.units import BYTES, COUNT, PERCENT, SECONDS
from sensors.policy.promises import HEARTBEAT_TERM
from sensors.vocabulary.durations import describe_duration

HEARTBEAT_COMPLETENESS = Completeness(
    "volledig", f"in deze periode (hoogstens {describe_duration(HEARTBEAT_TERM).nl}) gaf de inname een levensteken"
)
PLATFORM_LEDGER_COMPLETENESS = Completeness("volledig_boeken", "in deze periode heeft een boekhouding")
DATABASE_COMPLETENESS = Completeness("volledig_nu", "wat de database van zichzelf weet")
LAG_THRESHOLDS = (
    Threshold(0, "green", "bij de tijd"),
    Threshold(60, "yellow", "een minuut: de inname loopt achter"),
    Threshold(600, "red", "tien minuten: hierbij gaat ook de waarschuwing af"),
)

DASHBOARD = Dashboard(
    name="platform",
    position=70,
    title="Platform",
    description="Voor de beheerder: komt alles binnen, op tijd, en klopt de boekhouding? Fijnere cijfers geeft de "
    "inname zelf aan "
    "Prometheus (docs/ingest.md).",
    time_from="now-24h",
    refresh="1m",
    variables=(
        Variable("volledig", "Volledig", VariableType.HIDDEN),
        Variable("volledig_boeken", "Volledig, boeken", VariableType.HIDDEN),
        Variable("volledig_nu", "Volledig, nu", VariableType.HIDDEN),
    ),
    panels=(
        Panel(
            key="current_lag",
            title="Achterstand nu",
            description="Hoe lang geleden de nieuwste meting is gedaan die nu is opgeslagen, of hoe lang er geen "
            "levensteken is.",
            panel_type=PanelType.STAT,
            unit=SECONDS,
            completeness=HEARTBEAT_COMPLETENESS,
            size=(5, 6),
            decimals=1,
            thresholds=LAG_THRESHOLDS,
        ),
        Panel(
            key="unexplained_readings",
            title="Onverklaarde metingen",
            description="Ontvangen is altijd opgeslagen, dubbel, tegenstrijdig, geweigerd of meegeteld. Hier hoort 0 "
            "te staan: de laatste dag.",
            panel_type=PanelType.STAT,
            unit=COUNT,
            completeness=PLATFORM_LEDGER_COMPLETENESS,
            size=(5, 6),
            thresholds=(
                Threshold(0, "green", "alles is verklaard"),
                Threshold(1, "red", "de boekhouding klopt niet; elke meting die niet is verklaard, is er een te veel"),
            ),
        ),
        Panel(
            key="database_size",
            title="Omvang database",
            description="Alle tabellen met hun indexen.",
            panel_type=PanelType.STAT,
            unit=BYTES,
            completeness=DATABASE_COMPLETENESS,
            size=(5, 6),
            decimals=1,
        ),
        Panel(
            key="connections",
            title="Database",
            description="Verbindingen met de database, het deel van wat wordt gelezen dat al in het geheugen stond, en "
            "hoe vaak "
            "programma's op elkaar vastliepen.",
            panel_type=PanelType.STAT,
            unit=COUNT,
            completeness=DATABASE_COMPLETENESS,
            size=(9, 6),
            column_units={"Uit het geheugen": PERCENT},
        ),
        Panel(
            key="lag",
            title="Achterstand",
            description="Van meting tot opslag: van het verste bericht in die tijd. Loopt dit op, dan wachten er "
            "berichten bij de "
            "broker. Van ontvangst tot opslag: hoe lang de database erover doet.",
            panel_type=PanelType.TIME_SERIES,
            unit=SECONDS,
            completeness=HEARTBEAT_COMPLETENESS,
            decimals=1,
            thresholds=LAG_THRESHOLDS,
        ),
        Panel(
            key="messages_per_minute",
            title="Berichten per minuut",
            description="Hoeveel berichten de inname van de broker kreeg en heeft opgeslagen of geweigerd.",
            panel_type=PanelType.TIME_SERIES,
            unit=COUNT,
            completeness=HEARTBEAT_COMPLETENESS,
            decimals=0,
        ),
        Panel(
            key="batch_sizes",
            title="Berichten per keer",
            description="Hoeveel berichten samen in één keer worden weggeschreven, en hoeveel werkers er zijn.",
            panel_type=PanelType.TIME_SERIES,
            unit=COUNT,
            completeness=HEARTBEAT_COMPLETENESS,
            decimals=0,
        ),
        Panel(
            key="outage_minutes",
            title="Minuten zonder levensteken",
            description="Minuten per uur waarin de inname, de broker of de database weg was. De broker bewaart "
            "intussen wat binnenkomt.",
            panel_type=PanelType.TIME_SERIES_BARS,
            unit=COUNT,
            completeness=HEARTBEAT_COMPLETENESS,
        ),
        Panel(
            key="ledger_by_day",
            title="Wat er van de metingen werd",
            description="Per dag van ontvangst. Tegenstrijdig: er was al een andere waarde voor dat moment.",
            panel_type=PanelType.TIME_SERIES_BARS,
            unit=COUNT,
            completeness=PLATFORM_LEDGER_COMPLETENESS,
        ),
        Panel(
            key="readings_by_hour",
            title="Ontvangen per uur, deze week",
            description="Metingen die de laatste week binnenkwamen, alle sensoren samen.",
            panel_type=PanelType.TIME_SERIES,
            unit=COUNT,
            completeness=PLATFORM_LEDGER_COMPLETENESS,
        ),
        Panel(
            key="largest_tables",
            title="Grootste tabellen",
            description="Met hun indexen. Bij TimescaleDB ook met alle blokken, maar niet met wat daarvan is "
            "samengeperst.",
            panel_type=PanelType.TABLE,
            unit=BYTES,
            completeness=DATABASE_COMPLETENESS,
            size=(24, 8),
        ),
    ),
)
