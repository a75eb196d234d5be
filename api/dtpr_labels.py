"""Texts for the elements of the DTPR (Digital Trust for Places and Routines)."""

from collections.abc import Mapping

from sensors.vocabulary.localized_text import LocalizedText

STORAGE: Mapping[str, LocalizedText] = {
    "backed_up_internationally": LocalizedText(
        "Er is een reservekopie in het buitenland.", "There is a backup abroad."
    ),
    "backed_up_locally": LocalizedText("Er is een reservekopie in Nederland.", "There is a backup in the Netherlands."),
    "shared_storage_and_governance": LocalizedText(
        "Meerdere organisaties bewaren en beheren de gegevens samen.",
        "Several organisations store and manage the data together.",
    ),
    "stored_locally": LocalizedText(
        "De gegevens staan op een computer in Nederland.", "The data is stored on a computer in the Netherlands."
    ),
    "stored_on_3rd_party_cloud": LocalizedText(
        "De gegevens staan in de cloud van een ander bedrijf.", "The data is stored in another company’s cloud."
    ),
    "stored_primarily_internationally": LocalizedText(
        "De gegevens staan vooral in het buitenland.", "The data is mostly stored abroad."
    ),
    "stored_primarily_locally": LocalizedText(
        "De gegevens staan vooral in Nederland.", "The data is mostly stored in the Netherlands."
    ),
}

ACCESS: Mapping[str, LocalizedText] = {
    "available_for_resale": LocalizedText("De gegevens mogen worden verkocht.", "The data may be sold."),
    "available_to_3rd_parties": LocalizedText(
        "Andere organisaties kunnen de gegevens krijgen.", "Other organisations can get the data."
    ),
    "available_to_download": LocalizedText(
        "Iedereen kan de openbare gegevens downloaden.", "Anyone can download the public data."
    ),
    "available_to_me": LocalizedText("U kunt de gegevens zelf bekijken.", "You can view the data yourself."),
    "available_to_the_accountable_organization": LocalizedText(
        "De verantwoordelijke organisatie kan de gegevens bekijken.", "The responsible organisation can view the data."
    ),
    "available_to_vendor": LocalizedText("De leverancier kan de gegevens bekijken.", "The supplier can view the data."),
    "not_available_to_me": LocalizedText(
        "U kunt de gegevens niet zelf bekijken.", "You cannot view the data yourself."
    ),
    "not_available_to_the_accountable_organization": LocalizedText(
        "De verantwoordelijke organisatie kan er niet bij.", "The responsible organisation cannot access the data."
    ),
    "not_available_to_vendor": LocalizedText("De leverancier kan er niet bij.", "The supplier cannot access the data."),
}

TECHNOLOGY: Mapping[str, LocalizedText] = {
    "air_quality": LocalizedText("Meter voor luchtkwaliteit", "Air Quality"),
    "assistance_station": LocalizedText("Hulppaal", "Assistance Station"),
    "augmented_reality": LocalizedText("Beeld dat over de werkelijkheid heen ligt", "Augmented Reality"),
    "biometrics": LocalizedText("Herkenning van het lichaam (biometrie)", "Biometrics"),
    "cellular": LocalizedText("Mobiel netwerk", "Cellular"),
    "chatbot": LocalizedText("Chatbot", "Chatbot"),
    "contactless_payments": LocalizedText("Betalen zonder contact", "Contactless Payments"),
    "de_identified_image": LocalizedText("Foto's waarin niemand te herkennen is", "De-identified Image"),
    "de_identified_video": LocalizedText("Video waarin niemand te herkennen is", "De-identified Video"),
    "de_identified_voice": LocalizedText("Stemmen die niet te herkennen zijn", "De-identified Voice"),
    "dtpr_api": LocalizedText("DTPR-koppeling", "DTPR API"),
    "electric_vehicle_charger": LocalizedText("Laadpaal", "Electric vehicle charger"),
    "facial_characterization": LocalizedText("Schat kenmerken van gezichten", "Facial characterization"),
    "gps": LocalizedText("Plaatsbepaling met gps", "GPS"),
    "hands_free": LocalizedText("Bediening zonder handen", "Hands-free"),
    "identifiable_image": LocalizedText("Foto's waarin mensen te herkennen zijn", "Identifiable Image"),
    "identifiable_nfc": LocalizedText("Lezer voor chips dichtbij, die mensen kan herkennen", "Identifiable NFC"),
    "identifiable_rfid": LocalizedText("Lezer voor chips op afstand, die mensen kan herkennen", "Identifiable RFID"),
    "identifiable_video": LocalizedText("Video waarin mensen te herkennen zijn", "Identifiable Video"),
    "identifiable_wifi_sensor": LocalizedText("Wifi-meter die telefoons kan herkennen", "Identifiable WiFi Sensor"),
    "image": LocalizedText("Foto", "Image"),
    "image_infrared": LocalizedText("Warmtefoto", "Image - infrared"),
    "inclinometer": LocalizedText("Meter voor scheefstand", "Inclinometer"),
    "induction_loop": LocalizedText("Lus in de weg", "Induction Loop"),
    "intercom": LocalizedText("Intercom", "Intercom"),
    "li_dar": LocalizedText("Meten met een laser (lidar)", "LiDAR"),
    "location_beacon": LocalizedText("Zendertje voor plaatsbepaling", "Location Beacon"),
    "microphone": LocalizedText("Microfoon", "Microphone"),
    "motion_detector": LocalizedText("Bewegingsmelder", "Motion Detector"),
    "nfc": LocalizedText("Lezer voor chips dichtbij", "NFC"),
    "non_identifiable_video": LocalizedText("Video waarin niemand te herkennen is", "Non-identifiable Video"),
    "passive_infrared_sensor": LocalizedText("Warmtemeter (infrarood)", "Passive Infrared Sensor"),
    "person_detection": LocalizedText("Merkt of er iemand is", "Person detection"),
    "personal_device": LocalizedText("Telefoon of ander eigen apparaat", "Personal Device"),
    "piezoelectric_sensor": LocalizedText("Drukmeter in de weg", "Piezoelectric sensor"),
    "radar": LocalizedText("Radar", "Radar"),
    "rfid": LocalizedText("Lezer voor chips op afstand", "RFID"),
    "soil_moisture_sensor": LocalizedText("Vochtmeter in de grond", "Soil Moisture Sensor"),
    "sound_level_meter": LocalizedText("Geluidmeter", "Sound Level Meter"),
    "system_screen": LocalizedText("Beeldscherm", "System Screen"),
    "thermometer": LocalizedText("Thermometer", "Thermometer"),
    "ultrasonic_level_sensor": LocalizedText("Afstandsmeter met geluid", "Ultrasonic Sensor"),
    "unmanned_aircraft_system": LocalizedText("Drone", "Unmanned Aircraft System"),
    "video_camera": LocalizedText("Videocamera", "Video camera"),
    "video_camera_infrared": LocalizedText("Videocamera voor in het donker", "Video camera - infrared"),
    "voice": LocalizedText("Stem", "Voice"),
    "water_quality": LocalizedText("Meter voor waterkwaliteit", "Water Quality"),
    "weather_station": LocalizedText("Weerstation", "Weather Station"),
    "weighing_scale": LocalizedText("Weegschaal", "Weighing Scale"),
    "wireless_access_point": LocalizedText("Wifi-zender", "Wireless Access Point"),
    "wireless_charging_roadway": LocalizedText("Weg die auto's oplaadt", "Wireless Charging Roadway"),
}
