"""Public holidays: on which days a country rests, so that no promise falls due on one of them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from core.errors import Invalid


@lru_cache(maxsize=512)
def public_days(place: str, year: int) -> frozenset[date]:
    """The public holidays of a country (`JP`) or of a part of it (`DE-BY`) in one year.

    Raises Invalid where no calendar is known for that place.
    """
    # Loaded where somebody keeps holidays: the calendars of the world take a tenth of a second.
    import holidays

    country, _, part = place.partition("-")
    try:
        calendar = holidays.country_holidays(country, subdiv=part or None, years=year)
    except NotImplementedError:
        raise Invalid("holidays", f"no calendar is known for {place}") from None
    return frozenset(calendar)
