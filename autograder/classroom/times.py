"""Reads and shows times. A text that could mean two moments is never guessed at.

Times are kept as nbgrader keeps them: in UTC, without a zone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

EXAMPLE = "2026-11-20 23:59:00"
# year first, or the day can be taken for the month; with dashes, as Blackboard writes it, too
TIME = re.compile(r"(?P<year>[0-9]{4})([-/.])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})[T _-]"
                  r"(?P<hour>[0-9]{1,2})([:-])(?P<minute>[0-9]{2})(?:\6(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]+))?)?"
                  r" ?(?P<zone>.*)", re.IGNORECASE)
OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>0[0-9]|1[0-4])(?::?(?P<minutes>[0-5][0-9]))?")
YEARS = range(2000, 2100)  # in which work is handed in: a clock or a file that says another is wrong
SHOWN = 60  # characters of a text that is no time


class Unread(ValueError):
    """A text is not a time, or not one for certain. The message says which text, why, and how to write it."""

    def __init__(self, text: str, why: str):
        shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
        super().__init__(f"{shown!r}: {why}; write it like {EXAMPLE} +0100")


def utc_of(text: str, zone: tzinfo) -> datetime:
    """Returns the time that a text says, which is in `zone` if it names none. Raises Unread."""
    text = " ".join(text.split())
    match = TIME.fullmatch(text)
    if not match:
        raise Unread(text, "it is not a year, a month, a day and a time")
    try:
        year, month, day, hour, minute, second = (
            int(match[part] or 0) for part in ("year", "month", "day", "hour", "minute", "second"))
        if year not in YEARS:
            raise Unread(text, f"it is not in the years from {YEARS.start} to {YEARS.stop - 1}")
        wall = datetime(year, month, day, hour, minute, second, int(f"{match['part'] or ''}000000"[:6]))
        moments = _moments(wall, match["zone"], zone)
    except Unread:
        raise
    except (ValueError, OverflowError):
        raise Unread(text, "there is no such time") from None
    if moments is None:
        raise Unread(text, f"{match['zone'][:SHOWN]!r} is no time zone, or the short name of several")
    if len(moments) != 1:
        raise Unread(text, f"clocks show this time {'twice' if moments else 'never'}, as they are set "
                           f"{'back' if moments else 'forward'} on that day")
    return moments.pop()


def moments_of(wall: datetime, zone: tzinfo) -> set[datetime]:
    """Returns the moments at which a clock in this zone shows the time: two of them or none when clocks are changed.
    Raises OverflowError."""
    both = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return {moment.replace(tzinfo=None) for moment in both if moment.astimezone(zone).replace(tzinfo=None) == wall}


def _moments(wall: datetime, stated: str, zone: tzinfo) -> set[datetime] | None:
    """Returns the moments that may be meant; None if it is unclear which zone is."""
    if not stated:
        return moments_of(wall, zone)
    if stated.upper() in ("Z", "UTC", "GMT"):
        return {wall}
    if offset := OFFSET.fullmatch(stated):
        east = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
        return moments_of(wall, timezone(east if offset["sign"] == "+" else -east))
    if "/" in stated:  # names without one, such as EST, are short names that mean several zones
        return moments_of(wall, ZoneInfo(stated)) if stated in _zones() else None
    # nbgrader's exchange can be told to write the course's zone so
    named = {moment for moment in moments_of(wall, zone) if _local(moment, zone).tzname() == stated}
    return named or None


@cache
def _zones() -> set[str]:
    return available_timezones()


def _local(when: datetime, zone: tzinfo) -> datetime:
    """A gradebook may hold a time at the end of all times, which has no other zone than UTC."""
    return when.replace(tzinfo=UTC).astimezone(zone if when.year in YEARS else UTC)


def format_time(when: datetime, zone: tzinfo) -> str:
    """Formats a time for people, in a form that `utc_of` reads: 2026-11-20 23:59 Europe/Berlin."""
    local = _local(when, zone)
    twice = when.year not in YEARS or len(moments_of(local.replace(tzinfo=None), zone)) > 1
    return f"{local:%Y-%m-%d %H:%M} {f'{local:%z}' if twice else zone}"


def as_iso(when: datetime | None, zone: tzinfo) -> str | None:
    """Formats a time for programs: 2026-11-20 23:59:00+01:00."""
    return _local(when, zone).isoformat(" ") if when else None


def late_by(handed_in: datetime | None, due: datetime | None) -> timedelta:
    """Returns how late something is. Only whole minutes count, so that a few seconds never cost a day."""
    late = handed_in - due if handed_in and due else timedelta()
    return max(timedelta(), late // timedelta(minutes=1) * timedelta(minutes=1))
