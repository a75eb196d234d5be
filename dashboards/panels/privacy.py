"""Privacy en bewaartermijnen: what was dropped, rejected, suppressed and deleted, for the privacy officer."""

from dashboards.spec import Completeness, Dashboard, Panel, PanelType, Threshold, Variable, VariableType
from dashboards.units import COUNT, DAYS, PERCENT
from sensors.policy.promises import QUARANTINE_TERM
from sensors.policy.retention_classes import BUILT_IN_CLASSES, NEVER_STORED, PERMANENT
from sensors.policy.table_labels import OBSERVATIONS_LABEL, TABLE_LABELS
from sensors.vocabulary.durations import describe_duration

PRIVACY_LEDGER_COMPLETENESS = Completeness("volledig", "in deze periode heeft een boekhouding")
COUNT_COMPLETENESS = Completeness("volledig_telling", "in deze periode heeft tellingen die openbaar zijn")
CHECK_COMPLETENESS = Completeness("volledig_controle", "gecontroleerd", is_titled=False)
TABLE_TEXTS = {
    **{table: label.nl for table, label in TABLE_LABELS.items()},
    **{f"observation_{term.removeprefix('P').lower()}": OBSERVATIONS_LABEL.nl for term in BUILT_IN_CLASSES},
}
TERM_TEXTS = {
    PERMANENT: "voor altijd",
    NEVER_STORED: "hoort leeg te zijn",
    **{term: describe_duration(term).nl for term in BUILT_IN_CLASSES},
}
"""A class of the city's own stays as it is."""

DASHBOARD = Dashboard(
    name="privacy",
    position=60,
    title="Privacy en bewaartermijnen",
    description="Doet Lantaarn wat het register belooft? Alles is per dag en van alle sensoren van een soort samen: "
    "van één sensor "
    "kan het aantal berichten al iets over mensen zeggen.",
    time_from="now-90d",
    variables=(
        Variable("volledig", "Volledig", VariableType.HIDDEN),
        Variable("volledig_telling", "Volledig, tellingen", VariableType.HIDDEN),
        Variable("volledig_controle", "Volledig, controle", VariableType.HIDDEN),
    ),
    panels=(
        Panel(
            key="broken_promises",
            title="Niet nagekomen beloftes",
            description="Elk kwartier vergelijkt Lantaarn het oudste gegeven in elke tabel met wat is beloofd. Hier "
            "hoort 0 te staan.",
            panel_type=PanelType.STAT,
            unit=COUNT,
            completeness=CHECK_COMPLETENESS,
            size=(6, 8),
            thresholds=(
                Threshold(0, "green", "alle beloftes zijn nagekomen"),
                Threshold(
                    1, "red", "elke belofte die niet is nagekomen, is er een te veel (AVG, artikel 5, lid 1, onder e)"
                ),
            ),
        ),
        Panel(
            key="promises",
            title="Belofte en werkelijkheid",
            description="Hoe oud een gegeven hoogstens mag zijn (termijn, plus een blok van de database, plus een "
            "kwartier), en hoe oud "
            "het oudste is.",
            panel_type=PanelType.TABLE,
            unit=DAYS,
            completeness=CHECK_COMPLETENESS,
            size=(18, 8),
            decimals=1,
            column_texts={"Tabel": TABLE_TEXTS, "Termijn": TERM_TEXTS},
            column_no_value={"Hoogstens": "geen termijn", "Oudste": "onbekend", "Laatst gewist": "nooit"},
        ),
        Panel(
            key="undeclared_fields",
            title="Velden die wij weggooien",
            description="Apparaten sturen soms meer dan in het register staat. Dat gooien wij weg voordat iets ernaar "
            "kijkt; wij "
            "tellen alleen hoeveel velden het waren.",
            panel_type=PanelType.TIME_SERIES_BARS,
            unit=COUNT,
            completeness=PRIVACY_LEDGER_COMPLETENESS,
            register_path="?deviating=yes",
        ),
        Panel(
            key="refused_readings",
            title="Metingen die wij weigeren",
            description="Waarom metingen niet zijn opgeslagen. Van een geweigerd bericht bewaren wij "
            f"{describe_duration(QUARANTINE_TERM).nl} waar het "
            "vandaan kwam en "
            "waarom, nooit wat erin stond.",
            panel_type=PanelType.TIME_SERIES_BARS,
            unit=COUNT,
            completeness=PRIVACY_LEDGER_COMPLETENESS,
        ),
        Panel(
            key="hidden_hours",
            title="Uren zonder telling",
            description="Het deel van de uren waarvan te weinig binnenkwam voor een getal. Van voor de tijd dat er "
            "in elke telling een toevallig getal zat, zijn dit ook de uren waarin een teller er te "
            "weinig zag.",
            panel_type=PanelType.TIME_SERIES,
            unit=PERCENT,
            completeness=COUNT_COMPLETENESS,
            decimals=0,
        ),
        Panel(
            key="windows",
            title="Vensters van kentekens en beweging",
            description="Van losse passages en bewegingen houdt Lantaarn niet bij hoeveel het er waren. Wel wat er van "
            "elk venster werd: opgeslagen, te weinig lampen of voertuigen, of niet volledig waargenomen. Dagen waarop "
            "het register veranderde, tellen niet mee.",
            panel_type=PanelType.TIME_SERIES_BARS,
            unit=COUNT,
            completeness=PRIVACY_LEDGER_COMPLETENESS,
        ),
        Panel(
            key="deletions",
            title="Gewist per dag",
            description="Hoeveel rijen er zijn gewist, en waarom. Elke keer staat in een logboek waarvan elke regel "
            "op de vorige past.",
            panel_type=PanelType.TIME_SERIES_BARS,
            unit=COUNT,
            completeness=CHECK_COMPLETENESS,
        ),
        Panel(
            key="undeclared_sensors",
            title="Sensoren die te veel sturen",
            description="Sensoren die meer sturen dan in het register staat. Vraag de leverancier om dat uit te "
            "zetten, of pas het "
            "register aan.",
            panel_type=PanelType.TABLE,
            no_value="geen sensor stuurt te veel",
            unit=COUNT,
            completeness=PRIVACY_LEDGER_COMPLETENESS,
        ),
    ),
)
