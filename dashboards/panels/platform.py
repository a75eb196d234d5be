"""Platform: is everything taken in, in time, and does it add up?"""

from dashboards.spec import Complete, Dashboard, Panel, Shape, Sort, Step, Variable
from dashboards.units import COUNT, OCTETS, PERCENT, SECONDS

PULSE = Complete("volledig", "in deze periode (hoogstens 31 dagen) gaf de inname een levensteken")
BOOKS = Complete("volledig_boeken", "in deze periode heeft een boekhouding")
NOW = Complete("volledig_nu", "wat de database van zichzelf weet")
LATE = (
    Step(0, "green", "bij de tijd"),
    Step(60, "yellow", "een minuut: de inname loopt achter"),
    Step(600, "red", "tien minuten: hierbij gaat ook de waarschuwing af"),
)

DASHBOARD = Dashboard(
    name="platform",
    title="Platform",
    about="Voor de beheerder: komt alles binnen, op tijd, en klopt de boekhouding? Fijnere cijfers geeft de inname "
    "zelf aan "
    "Prometheus (docs/ingest.md).",
    since="now-24h",
    refresh="1m",
    variables=(
        Variable("volledig", "Volledig", Sort.HIDDEN),
        Variable("volledig_boeken", "Volledig, boeken", Sort.HIDDEN),
        Variable("volledig_nu", "Volledig, nu", Sort.HIDDEN),
    ),
    panels=(
        Panel(
            key="lag_now",
            title="Achterstand nu",
            about="Hoe lang geleden de nieuwste meting is gedaan die nu is opgeslagen, of hoe lang er geen "
            "levensteken is.",
            shape=Shape.NUMBER,
            unit=SECONDS,
            complete=PULSE,
            size=(6, 6),
            decimals=1,
            steps=LATE,
        ),
        Panel(
            key="balance",
            title="Onverklaarde metingen",
            about="Ontvangen is altijd opgeslagen, dubbel, geweigerd of meegeteld. Hier hoort 0 te staan: de "
            "laatste dag.",
            shape=Shape.NUMBER,
            unit=COUNT,
            complete=BOOKS,
            size=(6, 6),
            steps=(
                Step(0, "green", "alles is verklaard"),
                Step(1, "red", "de boekhouding klopt niet; elke meting die niet is verklaard, is er een te veel"),
            ),
        ),
        Panel(
            key="database",
            title="Omvang van de database",
            about="Alle tabellen met hun indexen.",
            shape=Shape.NUMBER,
            unit=OCTETS,
            complete=NOW,
            size=(6, 6),
            decimals=1,
        ),
        Panel(
            key="connections",
            title="Database",
            about="Verbindingen met de database, het deel van wat wordt gelezen dat al in het geheugen stond, en "
            "hoe vaak "
            "programma's op elkaar vastliepen.",
            shape=Shape.NUMBER,
            unit=COUNT,
            complete=NOW,
            size=(6, 6),
            columns={"Uit het geheugen": PERCENT},
        ),
        Panel(
            key="lag",
            title="Achterstand",
            about="Van meting tot opslag: van het verste bericht in die tijd. Loopt dit op, dan wachten er "
            "berichten bij de "
            "broker. Van ontvangst tot opslag: hoe lang de database erover doet.",
            shape=Shape.LINES,
            unit=SECONDS,
            complete=PULSE,
            decimals=1,
            steps=LATE,
        ),
        Panel(
            key="messages",
            title="Berichten per minuut",
            about="Hoeveel berichten de inname van de broker kreeg en heeft opgeslagen of geweigerd.",
            shape=Shape.LINES,
            unit=COUNT,
            complete=PULSE,
            decimals=0,
        ),
        Panel(
            key="batches",
            title="Berichten per keer",
            about="Hoeveel berichten samen in één keer worden weggeschreven, en hoeveel werkers er zijn.",
            shape=Shape.LINES,
            unit=COUNT,
            complete=PULSE,
            decimals=0,
        ),
        Panel(
            key="gaps",
            title="Minuten zonder levensteken",
            about="Minuten per uur waarin de inname, de broker of de database weg was. De broker bewaart intussen wat "
            "binnenkomt.",
            shape=Shape.BARS,
            unit=COUNT,
            complete=PULSE,
        ),
        Panel(
            key="books",
            title="Wat er van de metingen werd",
            about="Per dag van ontvangst.",
            shape=Shape.BARS,
            unit=COUNT,
            complete=BOOKS,
        ),
        Panel(
            key="hours",
            title="Ontvangen per uur, deze week",
            about="Metingen die de laatste week binnenkwamen, alle sensoren samen.",
            shape=Shape.LINES,
            unit=COUNT,
            complete=BOOKS,
        ),
        Panel(
            key="tables",
            title="Grootste tabellen",
            about="Met hun indexen. Bij TimescaleDB ook met alle blokken, maar niet met wat daarvan is samengeperst.",
            shape=Shape.TABLE,
            unit=OCTETS,
            complete=NOW,
            size=(24, 8),
        ),
    ),
)
