"""Register en vertrouwen: is the register filled in, does it tell the truth, and are residents answered?"""

from dashboards.spec import PLACE_AND_OWNER, Complete, Dashboard, Panel, Shape, Sort, Step, Variable
from dashboards.units import COUNT, DAYS, PERCENT

ENTRIES = Complete("volledig", "in het register zijn gekozen, en tellen allemaal mee")
REPORTS = Complete("volledig_meldingen", "staan in dit cijfer")
PARTS = (
    Step(0, "red", "minder dan de helft is ingevuld"),
    Step(50, "yellow", "meer dan de helft is ingevuld"),
    Step(90, "green", "bijna alles is ingevuld; 90 procent is een doel van Lantaarn zelf, geen wet"),
)

DASHBOARD = Dashboard(
    name="register",
    title="Register en vertrouwen",
    about="Is het register ingevuld, klopt het met wat er gebeurt, en krijgen bewoners antwoord?",
    since="now-1y",
    variables=(
        *PLACE_AND_OWNER,
        Variable("volledig", "Volledig", Sort.HIDDEN),
        Variable("volledig_meldingen", "Volledig, meldingen", Sort.HIDDEN),
    ),
    panels=(
        Panel(
            key="fill_now",
            title="Register ingevuld",
            about="Van de onderdelen die leeg mogen blijven, maar waar een lezer op rekent: hoeveel er zijn "
            "ingevuld. Wat "
            "verplicht is, is altijd ingevuld: anders neemt het register de sensor niet op.",
            shape=Shape.NUMBER,
            unit=PERCENT,
            complete=ENTRIES,
            size=(6, 9),
            decimals=0,
            steps=PARTS,
        ),
        Panel(
            key="fill",
            title="Per onderdeel",
            about="Bij hoeveel sensoren elk onderdeel is ingevuld, het minste eerst.",
            shape=Shape.RANKING,
            unit=PERCENT,
            complete=ENTRIES,
            size=(10, 9),
            decimals=0,
            steps=PARTS,
        ),
        Panel(
            key="sensors",
            title="Sensoren in het register",
            about="Hoeveel sensoren er zijn, en of zij aan staan.",
            shape=Shape.PIE,
            unit=COUNT,
            complete=ENTRIES,
            size=(8, 9),
            page="",
        ),
        Panel(
            key="deviating",
            title="Waar het register niet klopt",
            about="Sensoren die iets anders doen dan in het register staat. Van sensoren die iets over mensen "
            "kunnen verraden, "
            "kijken wij alleen naar vorige week.",
            shape=Shape.RANKING,
            unit=COUNT,
            complete=ENTRIES,
            size=(10, 9),
            steps=(
                Step(0, "green", "alles klopt"),
                Step(1, "orange", "één afwijking is genoeg om na te gaan wat er is"),
            ),
            page="?deviating=yes",
        ),
        Panel(
            key="deviations",
            title="Sensoren die afwijken",
            about="Welke sensoren dat zijn. Druk op de referentie voor de bladzijde in het register.",
            shape=Shape.TABLE,
            unit=COUNT,
            complete=ENTRIES,
            size=(14, 9),
        ),
        Panel(
            key="dates",
            title="Opnieuw bekijken of stoppen",
            about="Sensoren waarvan de datum nadert of voorbij is. Een getal onder 0 is te laat.",
            shape=Shape.TABLE,
            unit=DAYS,
            complete=ENTRIES,
            size=(24, 8),
            columns={"Nog": DAYS},
        ),
        Panel(
            key="answer_days",
            title="Bewoners wachten",
            about="Hoeveel dagen het duurt tot een bewoner antwoord heeft: de helft wacht korter. Beloofd zijn tien "
            "werkdagen.",
            shape=Shape.NUMBER,
            unit=DAYS,
            complete=REPORTS,
            size=(6, 8),
            decimals=0,
            steps=(
                Step(0, "green", "binnen wat is beloofd"),
                Step(14, "red", "langer dan de tien werkdagen die het register belooft"),
            ),
        ),
        Panel(
            key="reports",
            title="Meldingen per maand",
            about="Hoeveel meldingen en vragen er over sensoren binnenkwamen, en of zij op tijd zijn beantwoord.",
            shape=Shape.BARS,
            unit=COUNT,
            complete=REPORTS,
            size=(18, 8),
        ),
        Panel(
            key="open_reports",
            title="Wacht op antwoord",
            about="Meldingen zonder antwoord, de oudste belofte eerst. De tekst staat alleen in lantaarn reports list.",
            shape=Shape.TABLE,
            unit=DAYS,
            complete=REPORTS,
            size=(24, 8),
            columns={"Nummer": "none"},
        ),
    ),
)
