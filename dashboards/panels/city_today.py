"""Stad vandaag: how the city is doing now, on one screen."""

from dashboards.spec import PLACE_AND_OWNER, Complete, Dashboard, Panel, Shape, Sort, Step, Variable
from dashboards.units import COUNT, GRAFANA

SENSORS = Complete("volledig", "die gegevens horen te sturen, is niet stil gevallen")
WARN, BAD, GOOD = "orange", "red", "green"

DASHBOARD = Dashboard(
    name="city_today",
    title="Stad vandaag",
    about="Hoe het er nu voor staat: lucht, verkeer, verlichting, en of alle sensoren het doen.",
    since="now-2d",
    refresh="5m",
    variables=(*PLACE_AND_OWNER, Variable("volledig", "Volledig", Sort.HIDDEN)),
    panels=(
        Panel(
            key="sensors",
            title="Sensoren in gebruik",
            about="Sensoren die volgens het register aan staan en gegevens horen te sturen.",
            shape=Shape.NUMBER,
            unit=COUNT,
            complete=SENSORS,
            size=(4, 5),
            page="?status=active",
        ),
        Panel(
            key="silent",
            title="Stille sensoren",
            about="Sensoren waarvan niets binnenkomt: een dag lang, of vorige week bijna niets bij sensoren die "
            "iets over mensen kunnen verraden.",
            shape=Shape.NUMBER,
            unit=COUNT,
            complete=SENSORS,
            size=(4, 5),
            steps=(Step(1, WARN, "één stille sensor is genoeg om na te gaan wat er is"),),
            page="?deviating=yes",
        ),
        Panel(
            key="lamps",
            title="Lampen",
            about="Hoeveel lampen er zijn, hoeveel er een storing melden, en hoeveel er stil zijn terwijl zij "
            "gisteren "
            "op deze tijd wel iets stuurden. Alleen groepen van acht lampen of meer.",
            shape=Shape.NUMBER,
            unit=COUNT,
            complete=Complete(
                "volledig", "die gegevens horen te sturen, is niet stil gevallen; stille lampen staan erbij"
            ),
            size=(6, 5),
            page="?kind=streetlight",
        ),
        Panel(
            key="reports",
            title="Meldingen van bewoners",
            about="Meldingen die op antwoord wachten, en hoeveel daarvan later zijn dan beloofd.",
            shape=Shape.NUMBER,
            unit=COUNT,
            complete=Complete(
                "volledig", "die gegevens horen te sturen, is niet stil gevallen; alle meldingen tellen mee"
            ),
            size=(5, 5),
        ),
        Panel(
            key="promises",
            title="Bewaartermijnen die niet zijn nagekomen",
            about="Elk kwartier vergelijkt Lantaarn het oudste gegeven met wat is beloofd. Hier hoort 0 te staan.",
            shape=Shape.NUMBER,
            unit=COUNT,
            complete=Complete(
                "volledig", "die gegevens horen te sturen, is niet stil gevallen; alle beloftes tellen mee"
            ),
            size=(5, 5),
            steps=(Step(1, BAD, "elke belofte die niet is nagekomen, is er een te veel"),),
        ),
        Panel(
            key="air_now",
            title="Lucht in het laatste hele uur",
            about="Gemiddelde van alle meetpunten samen in het laatste uur dat voorbij is.",
            shape=Shape.NUMBER,
            unit=GRAFANA["ug/m3"],
            complete=SENSORS,
            size=(12, 5),
            decimals=1,
            page="?kind=air_quality",
        ),
        Panel(
            key="energy",
            title="Stroom van de straatverlichting gisteren",
            about="Wat alle lampen samen gisteren gebruikten. Alleen groepen van acht lampen of meer.",
            shape=Shape.NUMBER,
            unit=GRAFANA["kW.h"],
            complete=SENSORS,
            size=(12, 5),
            decimals=0,
        ),
        Panel(
            key="air_hours",
            title="Fijnstof (PM2,5) per uur",
            about="De laatste twee dagen: het gemiddelde van alle meetpunten, en het meetpunt dat het hoogst staat.",
            shape=Shape.LINES,
            unit=GRAFANA["ug/m3"],
            complete=SENSORS,
            steps=(
                Step(15, WARN, "wat de WHO voor een hele dag adviseert (2021, tabel 0.1)"),
                Step(25, BAD, "wat de EU vanaf 2030 voor een hele dag toestaat (2024/2881, bijlage I)"),
            ),
            page="?kind=air_quality",
        ),
        Panel(
            key="traffic_hours",
            title="Verkeer per uur",
            about="De laatste twee dagen, alle tellers samen. Aantallen onder de 15 per teller tellen niet mee, en "
            "een "
            "uur komt er pas bij als het een uur voorbij is.",
            shape=Shape.LINES,
            unit=COUNT,
            complete=SENSORS,
            page="?kind=traffic",
        ),
        Panel(
            key="neighbourhoods",
            title="Buurten gisteren",
            about="Elke buurt met sensoren: het daggemiddelde van de lucht, en wat de tellers telden. Leeg: niet "
            "gemeten, "
            "of te weinig om te laten zien.",
            shape=Shape.TABLE,
            unit=COUNT,
            complete=SENSORS,
            size=(24, 11),
            decimals=0,
            columns={"PM2,5": GRAFANA["ug/m3"], "NO₂": GRAFANA["ug/m3"]},
        ),
    ),
)
