"""Openbare verlichting: energy, burning hours, what dimming saves, outages and how long they last."""

from dashboards.spec import PLACE_AND_OWNER, Complete, Dashboard, Panel, Shape, Sort, Step, Variable
from dashboards.units import COUNT, DAYS, GRAFANA, KILOGRAM, PERCENT

CARBON = "0.374"
"""kg of carbon dioxide for 1 kWh from the Dutch grid, its chain included: CE Delft for CO2emissiefactoren.nl, mix of
2021 (0.300 at the power station, 0.074 in the chain)."""
CARBON_WRITTEN = (
    "0,374 kg CO₂ per kWh: de Nederlandse stroommix van 2021, met de keten erbij (0,300 + 0,074), CE Delft voor "
    "CO2emissiefactoren.nl. Heeft uw gemeente een ander contract, vul dan boven een ander getal in."
)
LAMPS = Complete("volledig", "van alle lampen op alle dagen van deze periode zit in deze cijfers")
FAULTS = Complete(
    "volledig_storing", "van alle lampen op alle dagen van deze periode: daarvan is bekend of er een storing was"
)
GROUPS = "Alleen groepen van acht lampen of meer, en alleen hele dagen: van één lamp per uur is te zien of er "
"iemand langskomt."

DASHBOARD = Dashboard(
    name="lighting",
    title="Openbare verlichting",
    about=f"Wat de lampen gebruiken, wat dimmen oplevert, en wat er kapot is. {GROUPS}",
    since="now-90d",
    variables=(
        *PLACE_AND_OWNER,
        Variable("co2", "kg CO₂ per kWh", Sort.TEXT, CARBON, CARBON_WRITTEN),
        Variable("volledig", "Volledig", Sort.HIDDEN),
        Variable("volledig_storing", "Volledig, storingen", Sort.HIDDEN),
    ),
    panels=(
        Panel(
            key="saved_kwh",
            title="Bespaard door dimmen",
            about="Wat dezelfde lampen in dezelfde uren op volle sterkte hadden gebruikt, min wat zij gebruikten. "
            "Het volle "
            f"vermogen komt uit het hoogste vermogen van de dag en de lichtsterkte daarbij. {GROUPS}",
            shape=Shape.NUMBER,
            unit=GRAFANA["kW.h"],
            complete=LAMPS,
            size=(6, 5),
            decimals=0,
        ),
        Panel(
            key="saved_carbon",
            title="Bespaard aan CO₂",
            about=f"Hetzelfde in kilo's CO₂. {CARBON_WRITTEN}",
            shape=Shape.NUMBER,
            unit=KILOGRAM,
            complete=LAMPS,
            size=(6, 5),
            decimals=0,
        ),
        Panel(
            key="saved_share",
            title="Bespaard deel",
            about="Het deel van de stroom dat door dimmen niet is gebruikt.",
            shape=Shape.NUMBER,
            unit=PERCENT,
            complete=LAMPS,
            size=(6, 5),
            decimals=0,
        ),
        Panel(
            key="repair",
            title="Gemiddelde hersteltijd",
            about="Hoe lang lampen die in deze periode zijn hersteld een storing hadden, in dagen: van een dag is "
            "bekend of er "
            "een storing was, niet van een uur.",
            shape=Shape.NUMBER,
            unit=DAYS,
            complete=FAULTS,
            size=(6, 5),
            decimals=1,
            steps=(
                Step(0, "green", "binnen een week"),
                Step(
                    7,
                    "orange",
                    "langer dan een week, wat gemeenten meestal met hun aannemer afspreken: pas het aan uw "
                    "contract aan",
                ),
            ),
        ),
        Panel(
            key="energy",
            title="Stroom per dag",
            about=f"Wat alle gekozen lampen samen gebruikten. In de winter branden zij langer. {GROUPS}",
            shape=Shape.BARS,
            unit=GRAFANA["kW.h"],
            complete=LAMPS,
            decimals=0,
            page="?kind=streetlight",
        ),
        Panel(
            key="saved_days",
            title="Bespaard door dimmen per dag",
            about=f"Wat dimmen op elke dag scheelde. {GROUPS}",
            shape=Shape.BARS,
            unit=GRAFANA["kW.h"],
            complete=LAMPS,
            decimals=0,
        ),
        Panel(
            key="burning",
            title="Branduren van een lamp per dag",
            about=f"Hoeveel uur een lamp gemiddeld brandde. Een lamp die overdag aan blijft, valt hier op. {GROUPS}",
            shape=Shape.LINES,
            unit=GRAFANA["h"],
            complete=LAMPS,
            decimals=1,
        ),
        Panel(
            key="groups",
            title="Buurten",
            about="Per buurt: hoeveel lampen er zijn, hoeveel er nu een storing melden of stil zijn, en wat zij in "
            "deze periode "
            f"gebruikten en bespaarden. {GROUPS}",
            shape=Shape.TABLE,
            unit=COUNT,
            complete=LAMPS,
            size=(12, 8),
            columns={"Per lamp per dag": GRAFANA["kW.h"], "Bespaard": PERCENT},
        ),
        Panel(
            key="outages",
            title="Storingen",
            about="Lampen met een storing in deze periode, de nieuwste eerst. Een lamp zonder datum bij hersteld is "
            "nog stuk. "
            "Dagen zonder bericht van de lamp tellen als einde van de storing.",
            shape=Shape.TABLE,
            unit=DAYS,
            complete=FAULTS,
            size=(24, 10),
            columns={"Storingscode": COUNT},
        ),
    ),
)
