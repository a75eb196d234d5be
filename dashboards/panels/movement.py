"""Beweging: movement at groups of streetlights, by window and by hour of the day, with margins."""

from dashboards.spec import Completeness, Dashboard, Panel, PanelType, Variable, VariableType
from dashboards.units import COUNT, MOMENT
from sensors.policy.promises import NIGHT_START

MOVEMENT_COMPLETENESS = Completeness("volledig", "van deze periode is helemaal waargenomen")
NOISE_TEXT = (
    "In elke telling zit een toevallig getal, zodat niemand kan zien of iemand er was. In 95 van de 100 gevallen "
    "scheelt het minder dan de marge; een klein getal kan zo onder 0 komen. "
    "Lampen met een storing tellen niet mee: dan is het getal te laag."
)
NO_BOUNDS = {"Minder dan": "geen grens", "Meer dan": "geen grens"}

DASHBOARD = Dashboard(
    name="movement",
    position=45,
    title="Beweging bij lampen",
    description=f"Hoe vaak er iemand langs een lamp komt. {NOISE_TEXT}",
    time_from="now-28d",
    variables=(
        Variable("groep", "Groep lampen", VariableType.SINGLE_CHOICE),
        Variable("volledig", "Volledig", VariableType.HIDDEN),
    ),
    panels=(
        Panel(
            key="movement_by_hour",
            title="Uur van de dag",
            description="Het gemiddelde van alle vensters in deze periode die op dat uur beginnen, per lamp. "
            f"{NIGHT_START:%H:%M} is de hele nacht. {NOISE_TEXT}",
            panel_type=PanelType.TABLE,
            unit=COUNT,
            completeness=MOVEMENT_COMPLETENESS,
            size=(12, 16),
            decimals=1,
            column_no_value=NO_BOUNDS,
        ),
        Panel(
            key="movement_by_window",
            title="Losse vensters",
            description="Elk venster apart, per lamp. Eén venster zegt weinig: kijk hoe groot de marge is. "
            f"{NOISE_TEXT}",
            panel_type=PanelType.TABLE,
            unit=COUNT,
            completeness=MOVEMENT_COMPLETENESS,
            size=(12, 16),
            decimals=1,
            column_units={"Van": MOMENT, "Tot": MOMENT},
            column_no_value=NO_BOUNDS,
        ),
        Panel(
            key="movement_by_week",
            title="Per week",
            description="Het gemiddelde van alle uren overdag in een week, per lamp, met wat het minstens en hoogstens "
            f"was. {NOISE_TEXT}",
            panel_type=PanelType.TIME_SERIES,
            unit=COUNT,
            completeness=MOVEMENT_COMPLETENESS,
            size=(24, 8),
            decimals=1,
        ),
    ),
)
