"""The content of a sign: what the device is, its purpose, whether it is about you, and who it belongs to.

Those are the four aims of a DTPR sign (purpose, accountability, data collection, feedback), in its colours. What is in
large type can be read in three seconds in passing; a phone shows the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from sensors.register.entry import Entry
from sensors.vocabulary.codes import PersonalData
from sensors.vocabulary.localized_text import LocalizedText

BLACK, WHITE, YELLOW, BLUE = "#000000", "#FFFFFF", "#FFDD00", "#36B2E6"
"""DTPR's colours (CC BY 4.0, Helpful Places): yellow where someone can be recognised, blue where the data no longer
point to anyone, white where they never did."""


@dataclass(frozen=True, slots=True)
class PrivacyMessage:
    """Whether people can be recognised: a headline and a sentence."""

    colour: str
    headline: LocalizedText
    explanation: LocalizedText


PRIVACY_MESSAGES: Mapping[PersonalData, PrivacyMessage] = {
    PersonalData.NONE: PrivacyMessage(
        WHITE,
        LocalizedText("Meet niets over u", "Measures nothing about you"),
        LocalizedText("Deze sensor meet niets over mensen.", "This sensor does not measure anything about people."),
    ),
    PersonalData.DE_IDENTIFIED: PrivacyMessage(
        BLUE,
        LocalizedText("U bent niet te herkennen", "You cannot be recognised"),
        LocalizedText(
            "Hij merkt mensen op. Wat we bewaren, wijst niemand aan.",
            "It detects people. What we keep identifies no one.",
        ),
    ),
    PersonalData.IDENTIFIABLE: PrivacyMessage(
        YELLOW,
        LocalizedText("U kunt herkenbaar zijn", "You may be recognised"),
        LocalizedText("U kunt lezen wat er met de gegevens gebeurt.", "You can read what happens to the data."),
    ),
}


@dataclass(frozen=True, slots=True)
class Sign:
    """The content of one sign."""

    reference: str
    name: str
    purpose: str
    privacy_message: PrivacyMessage
    organisation: str
    contact: str
    entry_url: str
    """The permanent URL of the entry, encoded in the QR code."""

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Build the sign of a sensor, in Dutch with a line of English."""
        return cls(
            reference=entry.reference,
            name=entry.name.nl.partition(" (")[0],  # what is in brackets can't be read in passing
            purpose=entry.purposes[0].words.nl,
            privacy_message=PRIVACY_MESSAGES[entry.personal_data],
            organisation=entry.responsible,
            contact=entry.contact.email or entry.contact.phone or entry.contact.name,
            entry_url=str(entry.uri),
        )

    @property
    def title(self) -> str:
        """The text in large type."""
        return f"Sensor {self.name} {self.privacy_message.headline.nl}"
