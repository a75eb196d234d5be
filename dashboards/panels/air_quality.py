"""Luchtkwaliteit: against what the EU allows now and from 2030, and what the WHO advises."""

from dashboards.limits import SOURCES
from dashboards.spec import PLACE_AND_OWNER, Complete, Dashboard, Panel, Shape, Sort, Step, Variable
from dashboards.units import COUNT, GRAFANA, PERCENT

HOURS = Complete("volledig", "van alle uren van alle gekozen meetpunten in deze periode heeft metingen")
WRITTEN = " ".join(f"{regime}: {source}." for regime, source in SOURCES.items())
ENOUGH = "Een dag telt mee als er van drie kwart van de uren metingen zijn (richtlijn 2008/50/EG, bijlage XI, deel A)."
CITIZENS = (
    "Meters van bewoners zijn minder precies dan die van het RIVM: de wet kijkt alleen naar officiële meetpunten, en "
    "alleen naar hele kalenderjaren."
)
DEGREES = (
    Step(50, "yellow", "de helft van de uren: een gemiddelde zegt dan weinig"),
    Step(
        75, "green", "drie kwart van de uren, wat de EU voor een daggemiddelde vraagt (2008/50/EG, bijlage XI, deel A)"
    ),
)

DASHBOARD = Dashboard(
    name="air_quality",
    title="Luchtkwaliteit",
    about=f"Wat er in de lucht zit, naast wat mag en wat gezond is. {WRITTEN}",
    since="now-1y",
    variables=(
        Variable("stof", "Stof", Sort.CHOICE, "pm2_5"),
        *PLACE_AND_OWNER,
        Variable("station", "Meetpunt", Sort.CHOICE),
        Variable("volledig", "Volledig", Sort.HIDDEN),
    ),
    panels=(
        Panel(
            key="now",
            title="Laatste hele uur",
            about="Het gemiddelde van alle gekozen meetpunten in het laatste uur dat voorbij is.",
            shape=Shape.NUMBER,
            unit=GRAFANA["ug/m3"],
            complete=HOURS,
            size=(4, 8),
            decimals=1,
            page="?kind=air_quality",
        ),
        Panel(
            key="day_mean",
            title="Gemiddelde per dag",
            about="Het gemiddelde van de meetpunten op elke dag, met het laagste en het hoogste meetpunt. De andere "
            "lijnen "
            f"zijn wat op een dag mag of wordt geadviseerd; is er geen lijn, dan is er voor een dag geen grens. "
            f"{ENOUGH} {WRITTEN}",
            shape=Shape.LINES,
            unit=GRAFANA["ug/m3"],
            complete=HOURS,
            size=(20, 8),
            decimals=1,
            page="?kind=air_quality",
        ),
        Panel(
            key="station_means",
            title="Meetpunten over de hele periode",
            about="Het gemiddelde van elk meetpunt, naast de grens voor een jaar. Kies een heel jaar om het met de "
            "wet te "
            f"vergelijken. {CITIZENS} {WRITTEN}",
            shape=Shape.TABLE,
            unit=GRAFANA["ug/m3"],
            complete=HOURS,
            size=(12, 11),
            decimals=1,
            columns={"Volledig": PERCENT},
        ),
        Panel(
            key="exceedance",
            title="Dagen boven de grens",
            about="Op hoeveel dagen een meetpunt hoger was dan op een dag mag. PM10: de EU staat nu 35 dagen per "
            "jaar boven "
            "50 toe; vanaf 2030 voor PM2,5, PM10 en NO₂ 18 dagen; de WHO 3 of 4 dagen. "
            f"{ENOUGH} {CITIZENS} {WRITTEN}",
            shape=Shape.TABLE,
            unit=COUNT,
            complete=HOURS,
            size=(12, 11),
            columns=dict.fromkeys(("Dagen boven EU nu", "Dagen boven EU 2030", "Dagen boven WHO 2021"), COUNT),
        ),
        Panel(
            key="weekday_hour",
            title="Uur en weekdag op het gekozen meetpunt",
            about="Het gemiddelde van elk uur van de week, op de klok van Amsterdam. Zo is te zien of het aan de "
            "spits, "
            "het weekend of de avond ligt.",
            shape=Shape.HEAT,
            unit=GRAFANA["ug/m3"],
            complete=HOURS,
            size=(12, 14),
            decimals=1,
        ),
        Panel(
            key="months",
            title="Gemiddelde per maand",
            about="Het gemiddelde van alle gekozen meetpunten in elke maand. De eerste en de laatste maand zijn "
            "meestal "
            "niet heel.",
            shape=Shape.BARS,
            unit=GRAFANA["ug/m3"],
            complete=HOURS,
            size=(12, 7),
            decimals=1,
        ),
        Panel(
            key="completeness",
            title="Hoe volledig de metingen zijn",
            about="Van hoeveel uren van de dag er metingen zijn, alle gekozen meetpunten samen. Een dag heeft 23, "
            "24 of 25 "
            "uren, want de klok gaat in maart vooruit en in oktober terug.",
            shape=Shape.LINES,
            unit=PERCENT,
            complete=HOURS,
            size=(12, 7),
            decimals=0,
            steps=DEGREES,
        ),
    ),
)
