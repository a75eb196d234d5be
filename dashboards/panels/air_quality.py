"""Luchtkwaliteit: air quality against the EU limits of now and 2030, and the WHO guidelines."""

from dashboards.limits import LIMIT_SOURCES
from dashboards.spec import SENSOR_FILTERS, Completeness, Dashboard, Panel, PanelType, Threshold, Variable, VariableType
from dashboards.units import COUNT, GRAFANA_UNITS, PERCENT

STATION_HOURS_COMPLETENESS = Completeness(
    "volledig", "van alle uren van alle gekozen meetpunten in deze periode heeft metingen"
)
SOURCES_TEXT = " ".join(f"{regime}: {source}." for regime, source in LIMIT_SOURCES.items())
VALID_DAY_TEXT = (
    "Een dag telt mee als er van drie kwart van de uren metingen zijn (richtlijn 2008/50/EG, bijlage XI, deel A)."
)
CITIZEN_SENSORS_TEXT = (
    "Meters van bewoners zijn minder precies dan die van het RIVM: de wet kijkt alleen naar officiële meetpunten, en "
    "alleen naar hele kalenderjaren."
)
COMPLETENESS_THRESHOLDS = (
    Threshold(50, "yellow", "de helft van de uren: een gemiddelde zegt dan weinig"),
    Threshold(
        75, "green", "drie kwart van de uren, wat de EU voor een daggemiddelde vraagt (2008/50/EG, bijlage XI, deel A)"
    ),
)

DASHBOARD = Dashboard(
    name="air_quality",
    position=20,
    title="Luchtkwaliteit",
    description=f"Wat er in de lucht zit, naast wat mag en wat gezond is. {SOURCES_TEXT}",
    time_from="now-1y",
    variables=(
        Variable("stof", "Stof", VariableType.SINGLE_CHOICE, "pm2_5"),
        *SENSOR_FILTERS,
        Variable("station", "Meetpunt", VariableType.SINGLE_CHOICE),
        Variable("volledig", "Volledig", VariableType.HIDDEN),
    ),
    panels=(
        Panel(
            key="latest_hour",
            title="Laatste hele uur",
            description="Het gemiddelde van alle gekozen meetpunten in het laatste uur dat voorbij is.",
            panel_type=PanelType.STAT,
            unit=GRAFANA_UNITS["ug/m3"],
            completeness=STATION_HOURS_COMPLETENESS,
            size=(4, 8),
            decimals=1,
            register_path="?kind=air_quality",
        ),
        Panel(
            key="daily_means",
            title="Gemiddelde per dag",
            description="Het gemiddelde van de meetpunten op elke dag, met het laagste en het hoogste meetpunt. De "
            "andere lijnen "
            f"zijn wat op een dag mag of wordt geadviseerd; is er geen lijn, dan is er voor een dag geen grens. "
            f"{VALID_DAY_TEXT} {SOURCES_TEXT}",
            panel_type=PanelType.TIME_SERIES,
            unit=GRAFANA_UNITS["ug/m3"],
            completeness=STATION_HOURS_COMPLETENESS,
            size=(20, 8),
            decimals=1,
            register_path="?kind=air_quality",
        ),
        Panel(
            key="station_means",
            title="Meetpunten over de hele periode",
            description="Het gemiddelde van elk meetpunt, naast de grens voor een jaar. Kies een heel jaar om het met "
            "de wet te "
            f"vergelijken. {CITIZEN_SENSORS_TEXT} {SOURCES_TEXT}",
            panel_type=PanelType.TABLE,
            unit=GRAFANA_UNITS["ug/m3"],
            completeness=STATION_HOURS_COMPLETENESS,
            size=(12, 11),
            decimals=1,
            column_units={"Volledig": PERCENT},
        ),
        Panel(
            key="exceedance_days",
            title="Dagen boven de grens",
            description="Op hoeveel dagen een meetpunt hoger was dan op een dag mag. PM10: de EU staat nu 35 dagen per "
            "jaar boven "
            "50 toe; vanaf 2030 voor PM2,5, PM10 en NO₂ 18 dagen; de WHO 3 of 4 dagen. "
            f"{VALID_DAY_TEXT} {CITIZEN_SENSORS_TEXT} {SOURCES_TEXT}",
            panel_type=PanelType.TABLE,
            unit=COUNT,
            completeness=STATION_HOURS_COMPLETENESS,
            size=(12, 11),
            column_units=dict.fromkeys(("Dagen boven EU nu", "Dagen boven EU 2030", "Dagen boven WHO 2021"), COUNT),
        ),
        Panel(
            key="weekday_hour",
            title="Uur en weekdag op het gekozen meetpunt",
            description="Het gemiddelde van elk uur van de week, op de klok van Amsterdam. Zo is te zien of het aan de "
            "spits, "
            "het weekend of de avond ligt.",
            panel_type=PanelType.HEAT_TABLE,
            unit=GRAFANA_UNITS["ug/m3"],
            completeness=STATION_HOURS_COMPLETENESS,
            size=(12, 14),
            decimals=1,
        ),
        Panel(
            key="monthly_means",
            title="Gemiddelde per maand",
            description="Het gemiddelde van alle gekozen meetpunten in elke maand. De eerste en de laatste maand zijn "
            "meestal "
            "niet heel.",
            panel_type=PanelType.TIME_SERIES_BARS,
            unit=GRAFANA_UNITS["ug/m3"],
            completeness=STATION_HOURS_COMPLETENESS,
            size=(12, 7),
            decimals=1,
        ),
        Panel(
            key="completeness",
            title="Hoe volledig de metingen zijn",
            description="Van hoeveel uren van de dag er metingen zijn, alle gekozen meetpunten samen. Een dag heeft "
            "23, 24 of 25 "
            "uren, want de klok gaat in maart vooruit en in oktober terug.",
            panel_type=PanelType.TIME_SERIES,
            unit=PERCENT,
            completeness=STATION_HOURS_COMPLETENESS,
            size=(12, 7),
            decimals=0,
            thresholds=COMPLETENESS_THRESHOLDS,
        ),
    ),
)
