"""Privacy en bewaartermijnen: what was dropped, refused, hidden and deleted, for the privacy officer."""

from dashboards.spec import Complete, Dashboard, Panel, Shape, Sort, Step, Variable
from dashboards.units import COUNT, DAYS, PERCENT

BOOKS = Complete("volledig", "in deze periode heeft een boekhouding")
COUNTS = Complete("volledig_telling", "in deze periode heeft tellingen die openbaar zijn")
CHECKS = Complete("volledig_controle", "gecontroleerd")

DASHBOARD = Dashboard(
    name="privacy",
    title="Privacy en bewaartermijnen",
    about="Doet Lantaarn wat het register belooft? Alles is per dag en van alle sensoren van een soort samen: van "
    "één sensor "
    "kan het aantal berichten al iets over mensen zeggen.",
    since="now-90d",
    variables=(
        Variable("volledig", "Volledig", Sort.HIDDEN),
        Variable("volledig_telling", "Volledig, tellingen", Sort.HIDDEN),
        Variable("volledig_controle", "Volledig, controle", Sort.HIDDEN),
    ),
    panels=(
        Panel(
            key="kept",
            title="Beloftes die niet zijn nagekomen",
            about="Elk kwartier vergelijkt Lantaarn het oudste gegeven in elke tabel met wat is beloofd. Hier hoort "
            "0 te staan.",
            shape=Shape.NUMBER,
            unit=COUNT,
            complete=CHECKS,
            size=(6, 8),
            steps=(
                Step(0, "green", "alle beloftes zijn nagekomen"),
                Step(
                    1, "red", "elke belofte die niet is nagekomen, is er een te veel (AVG, artikel 5, lid 1, onder e)"
                ),
            ),
        ),
        Panel(
            key="promises",
            title="Belofte en werkelijkheid",
            about="Hoe oud een gegeven hoogstens mag zijn (termijn, plus een blok van de database, plus een "
            "kwartier), en hoe oud "
            "het oudste is.",
            shape=Shape.TABLE,
            unit=DAYS,
            complete=CHECKS,
            size=(18, 8),
            decimals=1,
        ),
        Panel(
            key="dropped",
            title="Velden die wij weggooien",
            about="Apparaten sturen soms meer dan in het register staat. Dat gooien wij weg voordat iets ernaar "
            "kijkt; wij "
            "tellen alleen hoeveel velden het waren.",
            shape=Shape.BARS,
            unit=COUNT,
            complete=BOOKS,
            page="?deviating=yes",
        ),
        Panel(
            key="refused",
            title="Metingen die wij weigeren",
            about="Waarom metingen niet zijn opgeslagen. Van een geweigerd bericht bewaren wij 14 dagen waar het "
            "vandaan kwam en "
            "waarom, nooit wat erin stond.",
            shape=Shape.BARS,
            unit=COUNT,
            complete=BOOKS,
        ),
        Panel(
            key="hidden",
            title="Uren die wij verbergen",
            about="Het deel van de uren waarin een teller er minder dan 15 zag. Zo'n aantal is nergens te zien, ook "
            "hier niet.",
            shape=Shape.LINES,
            unit=PERCENT,
            complete=COUNTS,
            decimals=0,
        ),
        Panel(
            key="aggregated",
            title="Alleen meegeteld",
            about="Metingen van kentekens en beweging die alleen in een groep zijn meegeteld, en nooit los zijn "
            "opgeslagen.",
            shape=Shape.BARS,
            unit=COUNT,
            complete=BOOKS,
        ),
        Panel(
            key="deletions",
            title="Gewist per dag",
            about="Hoeveel rijen er zijn gewist, en waarom. Elke keer staat in een logboek waarvan elke regel op de "
            "vorige past.",
            shape=Shape.BARS,
            unit=COUNT,
            complete=CHECKS,
        ),
        Panel(
            key="undeclared",
            title="Sensoren die te veel sturen",
            about="Sensoren die meer sturen dan in het register staat. Vraag de leverancier om dat uit te zetten, "
            "of pas het "
            "register aan.",
            shape=Shape.TABLE,
            unit=COUNT,
            complete=BOOKS,
        ),
    ),
)
