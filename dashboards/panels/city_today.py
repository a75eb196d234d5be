"""Stad vandaag: the current state of the city on one screen."""

from dashboards.spec import SENSOR_FILTERS, Completeness, Dashboard, Panel, PanelType, Threshold, Variable, VariableType
from dashboards.units import COUNT, GRAFANA_UNITS

SENSOR_COMPLETENESS = Completeness("volledig", "die gegevens horen te sturen, is niet stil gevallen")
WARNING_COLOUR, BAD_COLOUR, GOOD_COLOUR = "orange", "red", "green"

DASHBOARD = Dashboard(
    name="city_today",
    position=10,
    title="Stad vandaag",
    description="Hoe het er nu voor staat: lucht, verkeer, verlichting, en of alle sensoren het doen.",
    time_from="now-2d",
    refresh="5m",
    variables=(*SENSOR_FILTERS, Variable("volledig", "Volledig", VariableType.HIDDEN)),
    panels=(
        Panel(
            key="sensors",
            title="Sensoren",
            description="Sensoren die volgens het register aan staan en gegevens horen te sturen.",
            panel_type=PanelType.STAT,
            unit=COUNT,
            completeness=SENSOR_COMPLETENESS,
            size=(4, 5),
            register_path="?status=active",
        ),
        Panel(
            key="silent_sensors",
            title="Stille sensoren",
            description="Sensoren waarvan geen meting binnenkomt: een dag lang, of vorige week bijna geen bij sensoren "
            "die iets over mensen kunnen verraden.",
            panel_type=PanelType.STAT,
            unit=COUNT,
            completeness=SENSOR_COMPLETENESS,
            size=(4, 5),
            thresholds=(Threshold(1, WARNING_COLOUR, "één stille sensor is genoeg om na te gaan wat er is"),),
            register_path="?deviating=yes",
        ),
        Panel(
            key="lamps",
            title="Lampen",
            description="Hoeveel lampen er zijn, hoeveel er een storing melden, en hoeveel er stil zijn terwijl zij "
            "gisteren "
            "op deze tijd wel iets stuurden. Alleen groepen van acht lampen of meer.",
            panel_type=PanelType.STAT,
            unit=COUNT,
            completeness=Completeness(
                "volledig", "die gegevens horen te sturen, is niet stil gevallen; stille lampen staan erbij"
            ),
            size=(6, 5),
            no_value="onbekend",
            column_thresholds={
                "Met storing": (Threshold(1, WARNING_COLOUR, "er is een lamp met een storing"),),
                "Stil": (Threshold(1, WARNING_COLOUR, "er is een stille lamp"),),
            },
            register_path="?kind=streetlight",
        ),
        Panel(
            key="open_report_count",
            title="Meldingen",
            description="Meldingen van bewoners die op antwoord wachten, en hoeveel daarvan later zijn dan beloofd.",
            panel_type=PanelType.STAT,
            unit=COUNT,
            completeness=Completeness(
                "volledig", "die gegevens horen te sturen, is niet stil gevallen; alle meldingen tellen mee"
            ),
            size=(5, 5),
            column_thresholds={
                "Te laat": (
                    Threshold(1, BAD_COLOUR, "elke melding die langer wacht dan is beloofd, is er een te veel"),
                )
            },
        ),
        Panel(
            key="broken_promises",
            title="Te lang bewaard",
            description="Bewaartermijnen die niet zijn nagekomen. Elk kwartier vergelijkt Lantaarn het oudste "
            "gegeven met wat is beloofd. Hier hoort 0 te "
            "staan.",
            panel_type=PanelType.STAT,
            unit=COUNT,
            completeness=Completeness(
                "volledig", "die gegevens horen te sturen, is niet stil gevallen; alle beloftes tellen mee"
            ),
            size=(5, 5),
            thresholds=(Threshold(1, BAD_COLOUR, "elke belofte die niet is nagekomen, is er een te veel"),),
        ),
        Panel(
            key="air_latest_hour",
            title="Lucht in het laatste hele uur",
            description="Gemiddelde van alle meetpunten samen in het laatste uur dat voorbij is.",
            panel_type=PanelType.STAT,
            unit=GRAFANA_UNITS["ug/m3"],
            completeness=SENSOR_COMPLETENESS,
            size=(12, 5),
            decimals=1,
            register_path="?kind=air_quality",
        ),
        Panel(
            key="energy_yesterday",
            title="Straatverlichting gisteren",
            description="De stroom die alle lampen samen gisteren gebruikten. Alleen groepen van acht lampen of meer.",
            panel_type=PanelType.STAT,
            unit=GRAFANA_UNITS["kW.h"],
            completeness=SENSOR_COMPLETENESS,
            size=(12, 5),
            decimals=0,
        ),
        Panel(
            key="air_by_hour",
            title="Fijnstof (PM2,5) per uur",
            description="De laatste twee dagen: het gemiddelde van alle meetpunten, en het meetpunt dat het hoogst "
            "staat. Er staat geen grens bij: de grenzen gelden voor een dag of een jaar, niet voor een uur.",
            panel_type=PanelType.TIME_SERIES,
            unit=GRAFANA_UNITS["ug/m3"],
            completeness=SENSOR_COMPLETENESS,
            decimals=1,
            register_path="?kind=air_quality",
        ),
        Panel(
            key="traffic_by_hour",
            title="Verkeer per uur",
            description="De laatste twee dagen, alle tellers samen. "
            "In elke telling zit een toevallig getal. Achter ± staat hoeveel een uur daardoor hoogstens "
            "scheelt, in 95 van de 100 gevallen; een klein getal kan zo onder 0 komen. "
            "Een uur komt er pas bij als het een uur voorbij is. Van mensen te "
            "voet en op de fiets is er 's nachts (23:00 tot 06:00) geen getal per uur.",
            panel_type=PanelType.TIME_SERIES,
            unit=COUNT,
            completeness=SENSOR_COMPLETENESS,
            register_path="?kind=traffic",
        ),
        Panel(
            key="neighbourhoods",
            title="Buurten gisteren",
            description="Elke buurt met sensoren: het daggemiddelde van de lucht, en wat de tellers telden. In elke "
            "telling zit een toevallig getal, dat in 95 van de 100 gevallen kleiner is dan de marge.",
            panel_type=PanelType.TABLE,
            unit=COUNT,
            completeness=SENSOR_COMPLETENESS,
            size=(24, 11),
            decimals=0,
            column_units={"PM2,5": GRAFANA_UNITS["ug/m3"], "NO₂": GRAFANA_UNITS["ug/m3"]},
            column_no_value=dict.fromkeys(
                ("PM2,5", "NO₂", "Fietsen", "Marge fietsen", "Auto's", "Marge auto's"), "niet gemeten"
            ),
        ),
    ),
)
