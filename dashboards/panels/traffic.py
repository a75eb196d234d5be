"""Verkeer: what passes, by class and hour, how long it takes, and what changed after a date."""

from dashboards.spec import PLACE_AND_OWNER, Complete, Dashboard, Panel, Shape, Sort, Step, Variable
from dashboards.units import COUNT, GRAFANA, PERCENT

HOURS = Complete("volledig", "van alle uren van alle gekozen tellers in deze periode is groot genoeg om mee te tellen")
SPEEDS = Complete("volledig_snelheid", "van alle uren van alle gekozen tellers heeft een snelheid die openbaar is")
TRIPS = Complete("volledig_reistijd", "van alle uren van alle routes in deze periode heeft een reistijd")
FEW = "Uren waarin een teller er minder dan 15 zag, tellen niet mee; de rest is afgerond op 5, net als in het "
"register."

DASHBOARD = Dashboard(
    name="traffic",
    title="Verkeer",
    about=f"Hoeveel er langskomt, hoe hard en hoe lang het duurt. {FEW}",
    since="now-90d",
    variables=(
        *PLACE_AND_OWNER,
        Variable("teller", "Teller", Sort.CHOICE),
        Variable("datum", "Vergelijk rond", Sort.TEXT, "", "Een datum als 2026-09-01. Leeg: vier weken geleden."),
        Variable("volledig", "Volledig", Sort.HIDDEN),
        Variable("volledig_snelheid", "Volledig, snelheid", Sort.HIDDEN),
        Variable("volledig_reistijd", "Volledig, reistijd", Sort.HIDDEN),
    ),
    panels=(
        Panel(
            key="classes",
            title="Per soort, per dag",
            about=f"Wat alle gekozen tellers samen op een dag telden. {FEW}",
            shape=Shape.LINES,
            unit=COUNT,
            complete=HOURS,
            size=(16, 9),
            page="?kind=traffic",
        ),
        Panel(
            key="modal_split",
            title="Hoe mensen reizen",
            about="Wat er in de hele periode langskwam, verdeeld naar hoe mensen reizen. De tellers staan niet "
            "overal: dit is "
            f"de verdeling bij de tellers, niet van de hele stad. {FEW}",
            shape=Shape.PIE,
            unit=COUNT,
            complete=HOURS,
            size=(8, 9),
        ),
        Panel(
            key="weekday_hour",
            title="Uur en weekdag bij de gekozen teller",
            about=f"Hoeveel er gemiddeld langskomt in elk uur van de week, op de klok van Amsterdam, alle soorten "
            f"samen. {FEW}",
            shape=Shape.HEAT,
            unit=COUNT,
            complete=HOURS,
            size=(12, 14),
            decimals=0,
        ),
        Panel(
            key="before_after",
            title="Voor en na een datum",
            about="Het gemiddelde per dag voor en na de datum die hierboven is gekozen, over even veel hele weken "
            "aan elke kant. "
            "Een verschil kan ook door het weer, een vakantie of een omleiding komen.",
            shape=Shape.TABLE,
            unit=COUNT,
            complete=HOURS,
            size=(12, 7),
            decimals=0,
            columns={"Verschil": PERCENT},
        ),
        Panel(
            key="counters",
            title="Tellers",
            about=f"Elke teller: wat er gemiddeld op een dag langskomt, en van hoeveel uren dat bekend is. {FEW}",
            shape=Shape.TABLE,
            unit=COUNT,
            complete=HOURS,
            size=(12, 7),
            decimals=0,
            columns={"Volledig": PERCENT},
        ),
        Panel(
            key="travel_days",
            title="Reistijd per dag",
            about="De gewone reistijd op elke route, het gemiddelde van de uren van die dag: de helft van de "
            "voertuigen was sneller. "
            "Alleen groepen van 15 of meer voertuigen; kentekens worden nergens bewaard.",
            shape=Shape.LINES,
            unit=GRAFANA["s"],
            complete=TRIPS,
            page="?observed_property=travel_time",
        ),
        Panel(
            key="travel_hours",
            title="Reistijd door de dag",
            about="De gewone reistijd van alle routes in elk uur van de dag, en die bij drukte: 85 van de 100 "
            "voertuigen "
            "waren dan sneller.",
            shape=Shape.CATEGORIES,
            unit=GRAFANA["s"],
            complete=TRIPS,
        ),
        Panel(
            key="speed",
            title="Gemiddelde snelheid per dag",
            about="Het gemiddelde van de gekozen tellers. Alleen uren waarin 15 of meer voertuigen zijn geteld, in "
            "hele km/u.",
            shape=Shape.LINES,
            unit=GRAFANA["km/h"],
            complete=SPEEDS,
            size=(24, 8),
            steps=(
                Step(30, "yellow", "de snelheid in een woonstraat (RVV 1990, bord A1 met 30)"),
                Step(50, "red", "de snelheid binnen de bebouwde kom (RVV 1990, artikel 20)"),
            ),
        ),
    ),
)
