"""Openbare verlichting: energy, burning hours, savings by dimming, outages and repair times."""

from dashboards.spec import SENSOR_FILTERS, Completeness, Dashboard, Panel, PanelType, Threshold, Variable, VariableType
from dashboards.units import COUNT, DAYS, GRAFANA_UNITS, KILOGRAM, PERCENT

CO2_KG_PER_KWH = "0,374"
"""kg CO₂ per kWh from the Dutch grid, upstream emissions included: CE Delft for CO2emissiefactoren.nl, the mix of 2021
(0.300 at the power station, 0.074 upstream)."""
CO2_SOURCE_TEXT = (
    "0,374 kg CO₂ per kWh: de Nederlandse stroommix van 2021, met de keten erbij (0,300 + 0,074), CE Delft voor "
    "CO2emissiefactoren.nl. Heeft uw gemeente een ander contract, vul dan boven een ander getal in."
)
LAMP_COMPLETENESS = Completeness("volledig", "van alle lampen op alle dagen van deze periode zit in deze cijfers")
FAULT_COMPLETENESS = Completeness(
    "volledig_storing", "van alle lampen op alle dagen van deze periode: daarvan is bekend of er een storing was"
)
GROUP_SIZE_TEXT = (
    "Alleen groepen van acht lampen of meer, en alleen hele dagen: van één lamp per uur is te zien of er "
    "iemand langskomt."
)

DASHBOARD = Dashboard(
    name="lighting",
    position=40,
    title="Openbare verlichting",
    description=f"Wat de lampen gebruiken, wat dimmen oplevert, en wat er kapot is. {GROUP_SIZE_TEXT}",
    time_from="now-90d",
    variables=(
        *SENSOR_FILTERS,
        Variable("co2", "kg CO₂ per kWh", VariableType.TEXT, CO2_KG_PER_KWH, CO2_SOURCE_TEXT),
        Variable("volledig", "Volledig", VariableType.HIDDEN),
        Variable("volledig_storing", "Volledig, storingen", VariableType.HIDDEN),
    ),
    panels=(
        Panel(
            key="saved_kwh",
            title="Bespaard door dimmen",
            description="Wat dezelfde lampen in dezelfde uren op volle sterkte hadden gebruikt, min wat zij "
            "gebruikten. Het volle "
            f"vermogen komt uit het hoogste vermogen van de dag en de lichtsterkte daarbij. {GROUP_SIZE_TEXT}",
            panel_type=PanelType.STAT,
            unit=GRAFANA_UNITS["kW.h"],
            completeness=LAMP_COMPLETENESS,
            size=(6, 5),
            decimals=0,
        ),
        Panel(
            key="saved_carbon",
            title="Bespaard aan CO₂",
            description=f"Hetzelfde in kilo's CO₂. {CO2_SOURCE_TEXT}",
            panel_type=PanelType.STAT,
            unit=KILOGRAM,
            completeness=LAMP_COMPLETENESS,
            size=(6, 5),
            decimals=0,
        ),
        Panel(
            key="saved_share",
            title="Bespaard deel",
            description="Het deel van de stroom dat door dimmen niet is gebruikt.",
            panel_type=PanelType.STAT,
            unit=PERCENT,
            completeness=LAMP_COMPLETENESS,
            size=(6, 5),
            decimals=0,
        ),
        Panel(
            key="mean_repair_time",
            title="Gemiddelde hersteltijd",
            description="Hoe lang lampen die in deze periode zijn hersteld een storing hadden, in dagen: van een dag "
            "is bekend of er "
            "een storing was, niet van een uur.",
            panel_type=PanelType.STAT,
            unit=DAYS,
            completeness=FAULT_COMPLETENESS,
            size=(6, 5),
            decimals=1,
            thresholds=(
                Threshold(0, "green", "binnen een week"),
                Threshold(
                    7,
                    "orange",
                    "langer dan een week, wat gemeenten meestal met hun aannemer afspreken: pas het aan uw "
                    "contract aan",
                ),
            ),
        ),
        Panel(
            key="energy_by_day",
            title="Stroom per dag",
            description=f"Wat alle gekozen lampen samen gebruikten. Een dag zonder metingen blijft leeg. In de winter "
            f"branden zij langer. {GROUP_SIZE_TEXT}",
            panel_type=PanelType.TIME_SERIES_BARS,
            unit=GRAFANA_UNITS["kW.h"],
            completeness=LAMP_COMPLETENESS,
            decimals=0,
            register_path="?kind=streetlight",
        ),
        Panel(
            key="saved_by_day",
            title="Bespaard door dimmen per dag",
            description=f"Wat dimmen op elke dag scheelde. {GROUP_SIZE_TEXT}",
            panel_type=PanelType.TIME_SERIES_BARS,
            unit=GRAFANA_UNITS["kW.h"],
            completeness=LAMP_COMPLETENESS,
            decimals=0,
        ),
        Panel(
            key="burning_hours",
            title="Branduren van een lamp per dag",
            description="Hoeveel uur een lamp gemiddeld brandde. Een lamp die overdag aan blijft, valt hier op. "
            f"{GROUP_SIZE_TEXT}",
            panel_type=PanelType.TIME_SERIES,
            unit=GRAFANA_UNITS["h"],
            completeness=LAMP_COMPLETENESS,
            decimals=1,
        ),
        Panel(
            key="neighbourhoods",
            title="Buurten",
            description="Per buurt: hoeveel lampen er zijn, hoeveel er nu een storing melden of stil zijn, en wat zij "
            "in deze periode "
            f"gebruikten en bespaarden. {GROUP_SIZE_TEXT}",
            panel_type=PanelType.TABLE,
            unit=COUNT,
            completeness=LAMP_COMPLETENESS,
            size=(12, 8),
            column_units={"Per lamp per dag": GRAFANA_UNITS["kW.h"], "Bespaard": PERCENT},
        ),
        Panel(
            key="outages",
            title="Storingen",
            description="Lampen met een storing in deze periode, de nieuwste eerst. Dagen zonder bericht van de "
            "lamp tellen als einde van de storing.",
            panel_type=PanelType.TABLE,
            unit=DAYS,
            completeness=FAULT_COMPLETENESS,
            size=(24, 10),
            column_units={"Storingscode": COUNT},
            no_value="geen storingen",
            column_no_value={"Hersteld op": "nog niet hersteld"},
        ),
    ),
)
