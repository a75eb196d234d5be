"""How long values are kept, and what is public, in plain words: part of ``sensors.policy.explanation``."""

from collections.abc import Iterator, Mapping

from sensors.policy.cells import vehicles_for_a_speed
from sensors.policy.compiler import CountingRule, DatastreamPolicy, MatchingRule, PassCountingRule
from sensors.policy.promises import MOVEMENT_WEEKS, WEEKEND_MOVEMENT_WEEKS
from sensors.register.entry import Datastream, Retention
from sensors.vocabulary.codes import Public
from sensors.vocabulary.durations import describe_duration
from sensors.vocabulary.localized_text import LocalizedText

_PUBLIC_SENTENCES: Mapping[Public, LocalizedText] = {
    Public.NONE: LocalizedText("Niets hiervan is openbaar.", "None of this is public."),
    Public.DAY: LocalizedText(
        "Openbaar is hoogstens één waarde per dag, als die dag voorbij is.",
        "At most one value per day is public, once the day is over.",
    ),
    Public.HOUR: LocalizedText(
        "Openbaar is hoogstens één waarde per uur, als dat uur voorbij is.",
        "At most one value per hour is public, once the hour is over.",
    ),
    Public.LIVE: LocalizedText("Elke meting is openbaar.", "Every reading is public."),
}


def retention_sentences(declared: Datastream, allowed: DatastreamPolicy) -> Iterator[LocalizedText]:
    """How long values are kept, and what is public."""
    if declared.retention is None:
        raise RuntimeError("a datastream without retention is always refused")
    if isinstance(allowed.rule, MatchingRule) and not allowed.rule.gives_travel_times:
        yield LocalizedText("Bij deze sensor bewaren we niets.", "We do not store anything at this sensor.")
        return
    totals = describe_duration(allowed.aggregate_term)
    if isinstance(allowed.rule, PassCountingRule):
        yield LocalizedText(
            f"Losse waarden bewaren we niet. De tellingen per uur bewaren we {totals.nl}.",
            f"We do not store individual values. We keep the hourly counts for {totals.en}.",
        )
    elif allowed.retention_class is None:
        yield LocalizedText(
            f"Losse waarden bewaren we niet. De uitkomst van de groep bewaren we {totals.nl}.",
            f"We do not store individual values. We keep the result for the group for {totals.en}.",
        )
    else:
        single = describe_duration(allowed.retention_class)
        yield LocalizedText(
            f"Elke meting bewaren we {single.nl}. Gemiddelden en totalen per uur en per dag bewaren we {totals.nl}.",
            f"We keep every reading for {single.en}. We keep hourly and daily averages and totals for {totals.en}.",
        )
        yield from _shorter_totals_sentences(allowed)
        yield from _capped_term_sentences(declared.retention, allowed)
    yield from _publication_sentences(allowed)


def _shorter_totals_sentences(allowed: DatastreamPolicy) -> Iterator[LocalizedText]:
    """How long true totals of hours are kept, where that is shorter."""
    if allowed.totals_term != allowed.aggregate_term:
        shorter = describe_duration(allowed.totals_term)
        yield LocalizedText(
            f"Precieze totalen per uur gooien we na {shorter.nl} weg.",
            f"We delete exact hourly totals after {shorter.en}.",
        )


def _capped_term_sentences(declared: Retention, allowed: DatastreamPolicy) -> Iterator[LocalizedText]:
    """That the entry declares longer terms than are now allowed."""
    for said, kept in ((declared.raw, allowed.retention_class), (declared.aggregate, allowed.aggregate_term)):
        if said != kept:
            longer = describe_duration(said)
            yield LocalizedText(
                f"In het register staat hier nog {longer.nl}. Dat is te lang: het kan te veel over mensen verraden. "
                "Daarom gooien we het eerder weg.",
                f"The register still says {longer.en} here. That is too long, because it could reveal too much about "
                "people, so we delete it sooner.",
            )


def _publication_sentences(allowed: DatastreamPolicy) -> Iterator[LocalizedText]:
    """What is public, as the views in ``open`` provide it."""
    if allowed.rule is not None and allowed.public is not Public.HOUR:
        yield _PUBLIC_SENTENCES[Public.NONE]
    elif isinstance(allowed.rule, MatchingRule):
        yield LocalizedText(
            "Wat we van de reistijd bewaren, is openbaar.", "What we store of the travel time is public."
        )
    elif isinstance(allowed.rule, CountingRule):
        yield LocalizedText(
            f"Openbaar is het gemiddelde van de hele groep over {MOVEMENT_WEEKS} weken, en van weekenden over "
            f"{WEEKEND_MOVEMENT_WEEKS}. Daar staat bij hoeveel het meer of minder kan zijn.",
            f"The mean of the whole group over {MOVEMENT_WEEKS} weeks is public, and over {WEEKEND_MOVEMENT_WEEKS} for "
            "weekends. It is shown with how far it may be off.",
        )
    elif allowed.ratio is not None and not allowed.ratio.of:
        yield _PUBLIC_SENTENCES[Public.NONE]
    else:
        yield _PUBLIC_SENTENCES[allowed.public]
        if allowed.ratio is not None:
            yield speed_sentence(allowed.public)
        if allowed.cells is not None and allowed.cells.noise is not None:
            yield noise_sentence(allowed.cells.noise)
            yield LocalizedText(
                "Staan er andere tellers vlakbij? Dan kan dat getal groter zijn.",
                "If there are other counters close by, that number may be larger.",
            )


def noise_sentence(deviation: float) -> LocalizedText:
    """That there is a random number in each count, and why; in two of three cases it is smaller than ``deviation``."""
    usual = round(deviation)
    return LocalizedText(
        f"Bij elke telling komt een toevallig getal, meestal kleiner dan {usual}, erbij of eraf. "
        "Zo kan niemand zien of u langskwam, en over een paar weken klopt het beeld.",
        f"We add a random number to each count, or subtract it. It is usually smaller than {usual}. "
        "So nobody can see whether you passed by, and over a few weeks the picture is right.",
    )


def speed_sentence(public: Public) -> LocalizedText:
    """That a mean speed is one of many vehicles with a random number in it, why, and when there is none."""
    least = vehicles_for_a_speed(public)
    nl, en = ("dag", "a day") if public is Public.DAY else ("uur", "an hour")
    return LocalizedText(
        f"Voor de snelheid nemen we alle voertuigen van een {nl} samen. Daar komt een toevallig getal bij of af. Zo "
        f"kan niemand zien of u langskwam, of hoe hard u reed. Kwamen er minder dan ongeveer {least} voertuigen langs? "
        f"Dan vertellen we de snelheid van {'die' if nl == 'dag' else 'dat'} {nl} niet.",
        f"For the speed, we put all vehicles of {en} together, and add or subtract a random number. So nobody can see "
        "whether you passed by, or how fast you drove. If fewer than about "
        f"{least} vehicles passed, we do not show a speed.",
    )
