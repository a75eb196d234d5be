"""Working days in the Netherlands, for answer deadlines."""

from datetime import date, timedelta


def add_working_days(start: date, days: int) -> date:
    """The day this many working days after ``start``."""
    found = start
    while days:
        found += timedelta(days=1)
        days -= is_working_day(found)
    return found


def is_working_day(day: date) -> bool:
    """Whether it is a working day: not a weekend or a central government holiday."""
    return day.weekday() < 5 and day not in public_holidays(day.year)


def public_holidays(year: int) -> frozenset[date]:
    """New Year, King's Day, Easter, Ascension, Whitsun, Christmas, and Liberation Day every five years."""
    easter = easter_sunday(year)
    kings_day = date(year, 4, 27)
    if kings_day.weekday() == 6:
        kings_day -= timedelta(days=1)
    moving = (easter + timedelta(days=after) for after in (0, 1, 39, 49, 50))
    liberation = (date(year, 5, 5),) if year % 5 == 0 else ()
    return frozenset((date(year, 1, 1), kings_day, *moving, *liberation, date(year, 12, 25), date(year, 12, 26)))


def easter_sunday(year: int) -> date:
    """Easter Sunday (Gregorian; Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    moon = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * moon) // 451
    month, day = divmod(h + moon - 7 * m + 114, 31)
    return date(year, month, day + 1)
