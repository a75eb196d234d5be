"""Luchtkwaliteit: air quality against the EU limits of now and 2030, and the WHO guidelines."""

from dashboards.limits import MIN_AOT_PERCENT, MIN_DAY_PERCENT, MIN_YEAR_PERCENT, describe_sources
from dashboards.spec import (
    BEFORE_AFTER_SHARES,
    BEFORE_AFTER_TEXT,
    COMPARED_VARIABLE,
    DATE_VARIABLE,
    SENSOR_FILTERS,
    Completeness,
    Dashboard,
    Panel,
    PanelType,
    Threshold,
    Variable,
    VariableType,
)
from dashboards.units import COUNT, GRAFANA_UNITS, PERCENT

STATION_HOURS_COMPLETENESS = Completeness(
    "volledig", "van alle uren van alle gekozen meetpunten op de dagen van deze periode die voorbij zijn heeft metingen"
)
OZONE_COMPLETENESS = Completeness(
    "volledig_ozon", "van alle uren op de dagen van deze periode die voorbij zijn heeft metingen van ozon"
)
SOURCES_TEXT = f"Waar de grenzen vandaan komen: {describe_sources()}"
OZONE_SOURCES_TEXT = f"Waar dat vandaan komt: {describe_sources(None, 'eight_hours', 'aot40')}"
VALID_DAY_TEXT = (
    f"Een dag telt mee als er van {MIN_DAY_PERCENT} procent van de uren metingen zijn (richtlijn 2008/50/EG, bijlage "
    "XI, deel A; niet in de wettekst gelezen)."
)
COMPLETE_STATION_TEXT = (
    f"Een meetpunt met minder dan {MIN_YEAR_PERCENT} procent van de uren van de hele periode staat grijs onderaan en "
    "heeft geen plaats: met zo weinig is het niet te vergelijken (richtlijn (EU) 2024/2881, bijlage V, deel B; uit een "
    "overzicht van een ander, dat nog niet met de wettekst is vergeleken)."
)
CITIZEN_SENSORS_TEXT = (
    "Meters van bewoners zijn minder precies dan die van het RIVM: de grenzen van de EU gelden voor officiële "
    "meetpunten, en voor hele kalenderjaren."
)
NO_LIMIT = "geen grens"
"""Instead of a number: there is no limit to be above."""
LIMIT_COLUMNS = ("EU nu", "EU 2030", "WHO 2021")
COMPLETENESS_THRESHOLDS = (
    Threshold(0, "orange", "te weinig uren voor een gemiddelde van een dag"),
    Threshold(MIN_DAY_PERCENT, "yellow", "genoeg voor een dag, te weinig voor een jaar"),
    Threshold(MIN_YEAR_PERCENT, "green", "genoeg om een jaar met de grens te vergelijken"),
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
        DATE_VARIABLE,
        COMPARED_VARIABLE,
        Variable("volledig", "Volledig", VariableType.HIDDEN),
        Variable("volledig_ozon", "Volledig, ozon", VariableType.HIDDEN),
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
            "andere lijnen zijn wat op die dag mag of wordt geadviseerd, en wat vanaf 2030 mag. Staat er geen lijn, "
            "dan is er voor een dag geen grens. Een dag zonder genoeg metingen blijft leeg. "
            f"{VALID_DAY_TEXT} {SOURCES_TEXT}",
            panel_type=PanelType.TIME_SERIES,
            unit=GRAFANA_UNITS["ug/m3"],
            completeness=STATION_HOURS_COMPLETENESS,
            size=(20, 8),
            decimals=1,
            series_colours={
                "Gemiddelde van de stations": "dark-blue",
                "Laagste station": "super-light-blue",
                "Hoogste station": "super-light-blue",
            },
            reference_lines={
                "Grens EU op die dag": "dark-red",
                "Grens EU vanaf 2030": "dark-orange",
                "Advies WHO": "dark-purple",
            },
            register_path="?kind=air_quality",
        ),
        Panel(
            key="station_means",
            title="Meetpunten over de hele periode",
            description="Het gemiddelde van elk meetpunt, naast de grens voor een jaar die op de laatste dag geldt. "
            f"Kies een heel jaar om te vergelijken. {VALID_DAY_TEXT} {COMPLETE_STATION_TEXT} {CITIZEN_SENSORS_TEXT} "
            f"{SOURCES_TEXT}",
            panel_type=PanelType.TABLE,
            unit=GRAFANA_UNITS["ug/m3"],
            completeness=STATION_HOURS_COMPLETENESS,
            size=(24, 13),
            decimals=1,
            column_units={"Volledig": PERCENT, "Plaats": COUNT},
            column_no_value={"Plaats": "te weinig metingen", **dict.fromkeys(LIMIT_COLUMNS, NO_LIMIT)},
            grey_below=("Volledig", MIN_YEAR_PERCENT),
        ),
        Panel(
            key="exceedance_days",
            title="Dagen boven de grens",
            description="Op hoeveel dagen een meetpunt hoger was dan op die dag mag. Een dag erboven is nog geen "
            "overtreding: voor PM10 staat de EU nu 35 dagen per jaar boven 50 toe; vanaf 2030 voor PM2,5, PM10 en NO₂ "
            "18 dagen; de WHO 3 of 4 dagen. Staat er 'geen grens', dan is er voor een dag geen getal om boven te zijn. "
            f"{VALID_DAY_TEXT} {COMPLETE_STATION_TEXT} {CITIZEN_SENSORS_TEXT} {SOURCES_TEXT}",
            panel_type=PanelType.TABLE,
            unit=COUNT,
            completeness=STATION_HOURS_COMPLETENESS,
            size=(24, 13),
            column_units={"Volledig": PERCENT},
            column_no_value={f"Boven {column}": NO_LIMIT for column in LIMIT_COLUMNS},
            grey_below=("Volledig", MIN_YEAR_PERCENT),
        ),
        Panel(
            key="ozone",
            title="Ozon op het gekozen meetpunt: acht uur en AOT40",
            description="Kies bij Stof ozon om de meetpunten te zien die het meten. Per jaar: op hoeveel dagen het "
            "hoogste gemiddelde van acht uur boven 120 was, de streefwaarde van de EU, en boven 100, het advies van de "
            "WHO. De EU staat 25 dagen per jaar toe, vanaf 12 december 2026 18, gemiddeld over drie jaar. Een "
            "gemiddelde van acht uur telt met zes uren, en een dag met drie kwart van die gemiddelden. AOT40 is wat de "
            "uren van 8 tot 20 uur (Midden-Europese wintertijd) in mei, juni en juli boven 80 waren, omgerekend naar "
            f"alle uren als {MIN_AOT_PERCENT} procent is gemeten; de streefwaarde van de EU is 18.000, gemiddeld over "
            "vijf jaar. Er is nergens afgerond. "
            f"{COMPLETE_STATION_TEXT} {CITIZEN_SENSORS_TEXT} {OZONE_SOURCES_TEXT}",
            panel_type=PanelType.TABLE,
            unit=COUNT,
            completeness=OZONE_COMPLETENESS,
            size=(24, 6),
            decimals=0,
            column_units={"Uren mei-juli": PERCENT, "Volledig": PERCENT},
            column_no_value={"AOT40": "te weinig uren"},
            grey_below=("Volledig", MIN_YEAR_PERCENT),
        ),
        Panel(
            key="weekday_hour",
            title="Uur en weekdag op het gekozen meetpunt",
            description="Het gemiddelde van elk uur van de week, op de klok van Amsterdam. Zo is te zien of het aan de "
            "spits, "
            "het weekend of de avond ligt. Een uur zonder metingen blijft leeg.",
            panel_type=PanelType.HEAT_TABLE,
            unit=GRAFANA_UNITS["ug/m3"],
            completeness=STATION_HOURS_COMPLETENESS,
            size=(24, 26),
            decimals=1,
        ),
        Panel(
            key="before_after",
            title="Voor en na een datum, op het gekozen meetpunt",
            description=f"{BEFORE_AFTER_TEXT} {VALID_DAY_TEXT}",
            panel_type=PanelType.TABLE,
            unit=GRAFANA_UNITS["ug/m3"],
            completeness=STATION_HOURS_COMPLETENESS,
            size=(24, 5),
            decimals=1,
            column_units={
                **dict.fromkeys(BEFORE_AFTER_SHARES, PERCENT),
                "Andere meetpunten": COUNT,
                "Dagen": COUNT,
            },
        ),
        Panel(
            key="monthly_means",
            title="Gemiddelde per maand",
            description="Het gemiddelde van de dagen van elke maand, alle gekozen meetpunten samen. De eerste en de "
            f"laatste maand zijn meestal niet heel. {VALID_DAY_TEXT}",
            panel_type=PanelType.TIME_SERIES_BARS,
            unit=GRAFANA_UNITS["ug/m3"],
            completeness=STATION_HOURS_COMPLETENESS,
            size=(12, 7),
            decimals=1,
        ),
        Panel(
            key="completeness",
            title="Hoe volledig de metingen zijn",
            description="Van hoeveel uren van de dag er metingen zijn, alle gekozen meetpunten samen, ook die niets "
            "stuurden. Een dag heeft 23, 24 of 25 uren, want de klok gaat in maart vooruit en in oktober terug.",
            panel_type=PanelType.TIME_SERIES,
            unit=PERCENT,
            completeness=STATION_HOURS_COMPLETENESS,
            size=(12, 7),
            decimals=0,
            thresholds=COMPLETENESS_THRESHOLDS,
        ),
    ),
)
