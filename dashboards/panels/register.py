"""Register en vertrouwen: is the register complete and accurate, and do residents get answers?"""

from dashboards.spec import SENSOR_FILTERS, Completeness, Dashboard, Panel, PanelType, Threshold, Variable, VariableType
from dashboards.units import COUNT, DAYS, PERCENT
from sensors.policy.promises import ANSWER_WITHIN_WORKING_DAYS

ENTRY_COMPLETENESS = Completeness("volledig", "in het register zijn gekozen, en tellen allemaal mee")
REPORT_COMPLETENESS = Completeness("volledig_meldingen", "staan in dit cijfer")
ANSWER_WITHIN_DAYS = ANSWER_WITHIN_WORKING_DAYS * 7 // 5
"""Days of the calendar, in weeks without a holiday."""
FILLED_IN_THRESHOLDS = (
    Threshold(0, "red", "minder dan de helft is ingevuld"),
    Threshold(50, "yellow", "meer dan de helft is ingevuld"),
    Threshold(90, "green", "bijna alles is ingevuld; 90 procent is een doel van Lantaarn zelf, geen wet"),
)

DASHBOARD = Dashboard(
    name="register",
    position=50,
    title="Register en vertrouwen",
    description="Is het register ingevuld, klopt het met wat er gebeurt, en krijgen bewoners antwoord?",
    time_from="now-1y",
    variables=(
        *SENSOR_FILTERS,
        Variable("volledig", "Volledig", VariableType.HIDDEN),
        Variable("volledig_meldingen", "Volledig, meldingen", VariableType.HIDDEN),
    ),
    panels=(
        Panel(
            key="filled_in_share",
            title="Register ingevuld",
            description="Van de onderdelen die leeg mogen blijven, maar waar een lezer op rekent: hoeveel er zijn "
            "ingevuld. Wat "
            "verplicht is, is altijd ingevuld: anders neemt het register de sensor niet op.",
            panel_type=PanelType.STAT,
            unit=PERCENT,
            completeness=ENTRY_COMPLETENESS,
            size=(6, 14),
            decimals=0,
            thresholds=FILLED_IN_THRESHOLDS,
        ),
        Panel(
            key="filled_in_by_part",
            title="Per onderdeel",
            description="Bij hoeveel sensoren elk onderdeel is ingevuld, het minste eerst.",
            panel_type=PanelType.BAR_GAUGE,
            unit=PERCENT,
            completeness=ENTRY_COMPLETENESS,
            size=(10, 14),
            decimals=0,
            thresholds=FILLED_IN_THRESHOLDS,
        ),
        Panel(
            key="sensors_by_status",
            title="Sensoren in het register",
            description="Hoeveel sensoren er zijn, en of zij aan staan.",
            panel_type=PanelType.BAR_GAUGE,
            unit=COUNT,
            completeness=ENTRY_COMPLETENESS,
            size=(8, 14),
            register_path="",
        ),
        Panel(
            key="deviation_counts",
            title="Waar het register niet klopt",
            description="Sensoren die iets anders doen dan in het register staat. Van sensoren die iets over mensen "
            "kunnen verraden, "
            "kijken wij alleen naar vorige week.",
            panel_type=PanelType.BAR_GAUGE,
            unit=COUNT,
            completeness=ENTRY_COMPLETENESS,
            size=(8, 9),
            thresholds=(
                Threshold(0, "green", "alles klopt"),
                Threshold(1, "orange", "één afwijking is genoeg om na te gaan wat er is"),
            ),
            register_path="?deviating=yes",
        ),
        Panel(
            key="deviating_sensors",
            title="Sensoren die afwijken",
            description="Welke sensoren dat zijn. Druk op de referentie voor de bladzijde in het register.",
            panel_type=PanelType.TABLE,
            unit=COUNT,
            completeness=ENTRY_COMPLETENESS,
            size=(16, 9),
            no_value="alles klopt",
        ),
        Panel(
            key="meter_jumps",
            title="Meters die verspringen",
            description="Hoe vaak een meter de laatste zeven dagen een stand stuurde die niet kan kloppen. Zo'n sprong "
            "telt niet mee in wat er is verbruikt. Van meters die per dag openbaar zijn, tellen alleen hele dagen.",
            panel_type=PanelType.TABLE,
            unit=COUNT,
            completeness=ENTRY_COMPLETENESS,
            size=(24, 6),
            no_value="geen meter verspringt",
        ),
        Panel(
            key="due_dates",
            title="Opnieuw bekijken of stoppen",
            description="De honderd sensoren waarvan de datum het eerst komt of al voorbij is. Een getal onder "
            "0 is te laat.",
            panel_type=PanelType.TABLE,
            unit=DAYS,
            completeness=ENTRY_COMPLETENESS,
            size=(24, 8),
            column_units={"Nog": DAYS},
            column_no_value={"Opnieuw kijken op": "geen datum", "Stopt op": "geen einddatum"},
        ),
        Panel(
            key="median_answer_days",
            title="Bewoners wachten",
            description="Hoeveel dagen het duurt tot een bewoner antwoord heeft: de helft wacht korter. Beloofd zijn "
            "tien werkdagen.",
            panel_type=PanelType.STAT,
            unit=DAYS,
            completeness=REPORT_COMPLETENESS,
            size=(6, 8),
            decimals=0,
            thresholds=(
                Threshold(0, "green", "binnen wat is beloofd"),
                Threshold(ANSWER_WITHIN_DAYS, "red", "langer dan de tien werkdagen die het register belooft"),
            ),
        ),
        Panel(
            key="reports_by_month",
            title="Meldingen per maand",
            description="Hoeveel meldingen en vragen er over sensoren binnenkwamen, en of zij op tijd zijn beantwoord.",
            panel_type=PanelType.TIME_SERIES_BARS,
            unit=COUNT,
            completeness=REPORT_COMPLETENESS,
            size=(18, 8),
        ),
        Panel(
            key="open_reports",
            title="Wacht op antwoord",
            description="Meldingen zonder antwoord, de oudste belofte eerst. De tekst staat alleen in lantaarn "
            "reports list.",
            panel_type=PanelType.TABLE,
            unit=DAYS,
            completeness=REPORT_COMPLETENESS,
            size=(24, 8),
            no_value="alles is beantwoord",
            column_units={"Nummer": "none"},
        ),
    ),
)
