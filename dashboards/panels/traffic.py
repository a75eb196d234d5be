"""Verkeer: volumes by class and hour, travel times, speeds, and changes after a date."""

from dashboards.limits import MIN_DAY_PERCENT, MIN_YEAR_PERCENT
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
from sensors.policy.promises import (
    MIN_SAMPLED_FOR_P85,
    MIN_SAMPLED_VEHICLES,
    SAMPLE_ONE_IN,
)

COUNTER_HOURS_COMPLETENESS = Completeness(
    "volledig", "van alle uren van alle gekozen tellers op de dagen van deze periode die voorbij zijn heeft een getal"
)
SPEED_COMPLETENESS = Completeness(
    "volledig_snelheid", "van alle uren van alle gekozen tellers heeft een snelheid die openbaar is"
)
TRAVEL_TIME_COMPLETENESS = Completeness(
    "volledig_reistijd", "van alle uren van alle routes in deze periode heeft een reistijd"
)
COUNT_NOISE_TEXT = (
    "In elke telling zit een toevallig getal, zodat niemand kan zien of iemand er was. In 95 van de 100 gevallen wijkt "
    "het niet meer af dan de marge; een klein getal kan zo onder 0 komen. "
    "Het zijn dezelfde getallen als in het register."
)

COUNTED_DAY_TEXT = (
    f"Een dag van een teller telt mee als {MIN_DAY_PERCENT} procent van de uren een getal heeft. Een dag zonder getal "
    "blijft leeg."
)

DASHBOARD = Dashboard(
    name="traffic",
    position=30,
    title="Verkeer",
    description=f"Hoeveel er langskomt, hoe hard en hoe lang het duurt. {COUNT_NOISE_TEXT}",
    time_from="now-90d",
    variables=(
        *SENSOR_FILTERS,
        Variable("teller", "Teller", VariableType.SINGLE_CHOICE),
        DATE_VARIABLE,
        COMPARED_VARIABLE,
        Variable("volledig", "Volledig", VariableType.HIDDEN),
        Variable("volledig_snelheid", "Volledig, snelheid", VariableType.HIDDEN),
        Variable("volledig_reistijd", "Volledig, reistijd", VariableType.HIDDEN),
    ),
    panels=(
        Panel(
            key="traffic_by_class",
            title="Per soort, per dag",
            description=f"Wat alle gekozen tellers samen op een dag telden. Achter ± staat de grootste marge van een "
            f"dag. Valt een teller uit, dan is het samen minder. {COUNTED_DAY_TEXT} {COUNT_NOISE_TEXT}",
            panel_type=PanelType.TIME_SERIES,
            unit=COUNT,
            completeness=COUNTER_HOURS_COMPLETENESS,
            size=(16, 9),
            register_path="?kind=traffic",
        ),
        Panel(
            key="modal_split",
            title="Hoe mensen reizen",
            description="Wat er in de hele periode langskwam, verdeeld naar hoe mensen reizen. De tellers staan niet "
            "overal: dit is "
            f"de verdeling bij de tellers, niet van de hele stad. Achter ± staat de marge. {COUNT_NOISE_TEXT}",
            panel_type=PanelType.PIE_CHART,
            unit=COUNT,
            completeness=COUNTER_HOURS_COMPLETENESS,
            size=(8, 9),
        ),
        Panel(
            key="weekday_hour",
            title="Uur en weekdag bij de gekozen teller",
            description="Hoeveel er gemiddeld langskomt in elk uur van de week, op de klok van Amsterdam, alle "
            "soorten samen. De nacht van 23:00 tot 06:00 is één rij, bij de dag waarop hij begint: van mensen te voet "
            "en op de fiets is er alleen een getal van de hele nacht. De marge is de grootste van die zeven dagen. "
            f"{COUNT_NOISE_TEXT}",
            panel_type=PanelType.HEAT_TABLE,
            unit=COUNT,
            completeness=COUNTER_HOURS_COMPLETENESS,
            size=(24, 20),
            decimals=0,
        ),
        Panel(
            key="before_after",
            title="Voor en na een datum, bij de gekozen teller",
            description=f"{BEFORE_AFTER_TEXT} {COUNTED_DAY_TEXT} {COUNT_NOISE_TEXT}",
            panel_type=PanelType.TABLE,
            unit=COUNT,
            completeness=COUNTER_HOURS_COMPLETENESS,
            size=(24, 10),
            decimals=0,
            column_units=dict.fromkeys(BEFORE_AFTER_SHARES, PERCENT),
        ),
        Panel(
            key="traffic_by_counter",
            title="Tellers",
            description="Elke teller: wat er gemiddeld op een dag langskomt, en van hoeveel uren van de hele periode "
            f"dat bekend is. Een teller met minder dan {MIN_YEAR_PERCENT} procent staat grijs onderaan en heeft geen "
            f"plaats. {COUNTED_DAY_TEXT} {COUNT_NOISE_TEXT}",
            panel_type=PanelType.TABLE,
            unit=COUNT,
            completeness=COUNTER_HOURS_COMPLETENESS,
            size=(24, 13),
            decimals=0,
            column_units={"Volledig": PERCENT},
            column_no_value={"Plaats": "te weinig metingen"},
            grey_below=("Volledig", MIN_YEAR_PERCENT),
        ),
        Panel(
            key="travel_time_by_day",
            title="Reistijd per dag",
            description="De gewone reistijd op elke route, het gemiddelde van de uren van die dag: de helft van de "
            "voertuigen was sneller. "
            f"Gemaakt van hooguit 1 op de {SAMPLE_ONE_IN} voertuigen, door het lot gekozen, en minstens "
            f"{MIN_SAMPLED_VEHICLES} van een soort. Kentekens worden nergens bewaard.",
            panel_type=PanelType.TIME_SERIES,
            unit=GRAFANA_UNITS["s"],
            completeness=TRAVEL_TIME_COMPLETENESS,
            size=(12, 11),
            decimals=0,
            register_path="?observed_property=travel_time",
        ),
        Panel(
            key="travel_time_by_hour",
            title="Reistijd door de dag",
            description="De gewone reistijd van alle routes in elk uur van de dag, en die bij drukte: 85 van de 100 "
            "voertuigen "
            f"waren dan sneller. Die is er alleen als er minstens {MIN_SAMPLED_FOR_P85} van een soort gekozen waren.",
            panel_type=PanelType.BAR_CHART,
            unit=GRAFANA_UNITS["s"],
            completeness=TRAVEL_TIME_COMPLETENESS,
            size=(12, 11),
            decimals=0,
        ),
        Panel(
            key="mean_speed_by_day",
            title="Gemiddelde snelheid per dag",
            description="Het gemiddelde van de gekozen tellers, in km/u. Er zit een toevallig getal in. Een teller "
            "telt alleen mee op dagen waarop er zo veel voertuigen waren dat dat getal weinig uitmaakt. Achter ± staat "
            "de grootste marge van een dag.",
            panel_type=PanelType.TIME_SERIES,
            unit=GRAFANA_UNITS["km/h"],
            completeness=SPEED_COMPLETENESS,
            size=(24, 8),
            thresholds=(
                Threshold(30, "yellow", "de snelheid in een woonstraat (RVV 1990, bord A1 met 30)"),
                Threshold(50, "red", "de snelheid binnen de bebouwde kom (RVV 1990, artikel 20)"),
            ),
        ),
    ),
)
