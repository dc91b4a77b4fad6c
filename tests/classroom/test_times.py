"""When something was handed in: what a text says for certain is read, and everything else costs nobody anything."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from nbgrader import utils
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.classroom import nbgrader_plugin
from autograder.classroom.nbgrader_plugin.hand_in_time import unread_in
from autograder.classroom.times import Unread, as_iso, format_time, late_by, utc_of

BERLIN, CHATHAM = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Chatham")
NINE = datetime(2026, 11, 20, 9)


@pytest.mark.parametrize("said", [
    "2026-11-20 10:00:00 +0100", "2026-11-20 01:00:00 -0800", "2026-11-20T10:00+01", "2026-11-20T09:00:00Z",
    "2026-11-20 09:00:00 UTC", "2026-11-20 09:00:00.000000 GMT", "2026-11-20 04:00:00 America/New_York",
    "2026-11-20 10:00:00", "2026-11-20 10:00", "2026/11/20 10:00:00", "2026-11-20-10-00-00", "2026-11-20 10:00:00 CET",
    "2026-11-20T14:30:00,000+05:30", "2026-11-20  10:00:00\t+01:00", "2026-11-20 9:00 Etc/UTC",
])
def test_what_is_certain_is_read(said):
    assert utc_of(said, BERLIN) == NINE


@pytest.mark.parametrize("said, why", [
    *((f"2026-11-20 10:00:00 {zone}", "zone") for zone in (
        "PST", "EST", "IST", "BST", "CST", "CEST", "PM", "UTC+1", "GMT-0500", "+1", "+9900", "-1500", "+0160", "Berlin",
        "europe/berlin", "posix/Europe/Berlin", "Europe/Berlin/x",
        "../Europe/Berlin", "/etc/localtime", "+0100 (CET)")),
    ("01.12.2026 10:00:00", "not a year"), ("12/01/2026 10:00", "not a year"), ("26-11-20 10:00", "not a year"),
    ("2026-11-20", "not a year"), ("10:00", "not a year"), ("1795165200", "not a year"), ("Friday 10:00", "not a year"),
    ("2026-11-20 10:00:00 UTC\n2026-11-21 10:00:00 UTC", "zone"), ("2026-02-30 10:00", "no such"),
    ("2026-11-20 25:00", "no such"), ("9999-12-31 23:59:59 -0500", "not in the years"),
    ("0001-01-01 00:00 +0100", "not in the years"), ("1999-12-31 23:59:59 UTC", "not in the years"),
    ("2026-10-25 02:30:00", "twice"), ("2026-03-29 02:30:00", "never"),
    ("2026-11-01 01:30 America/New_York", "twice"), ("2026-03-08 02:30 America/New_York", "never"),
])
def test_what_is_not_is_said_with_the_reason_and_how_to_write_it(said, why):
    with pytest.raises(Unread, match=why) as raised:
        utc_of(said, BERLIN)
    assert said[:10] in str(raised.value) and "write it like 2026-11-20 23:59:00 +0100" in str(raised.value)


@pytest.mark.parametrize("zone", [UTC, BERLIN, CHATHAM])
def test_a_time_that_is_shown_can_be_written_again(zone):
    """Through a whole year, and on the nights when clocks are changed."""
    for hours in range(0, 366 * 24, 5):
        when = datetime(2026, 1, 1, 0, 30) + timedelta(hours=hours)
        assert utc_of(format_time(when, zone), UTC if zone is UTC else BERLIN) == when
        assert utc_of(as_iso(when, zone), UTC) == when


@pytest.mark.parametrize("late, counted", [(-60, 0), (0, 0), (1e-6, 0), (59.9, 0), (60, 60), (86_459, 86_400)])
def test_whole_minutes_count(late, counted):
    assert late_by(NINE + timedelta(seconds=late), NINE) == timedelta(seconds=counted)
    assert late_by(None, NINE) == late_by(NINE, None) == timedelta()


@pytest.mark.parametrize("said", ["2026-11-20 01:00:00 -0800", "2026-11-20T10:00 +01:00", "2026-11-20 09:00:00 UTC"])
def test_a_due_date_that_is_set_by_nbgrader_itself_keeps_its_offset(said):
    nbgrader_plugin.configure(Config())
    assert utils.parse_utc(said) == utils.parse_utc(NINE) == NINE
    assert utils.parse_utc("2026-11-20") == datetime(2026, 11, 20)


@pytest.mark.parametrize("data, hour", [
    (b"2026-11-20 10:00:00", 9), (b"\xef\xbb\xbf2026-11-20 10:00:00 UTC\r\n", 10),
    ("2026-11-20 10:00:00\r\n".encode("utf-16"), 9), (b"", None), (b"\xef\xbb\xbf\n", None),
    (b"\xff\x00", None), (b"2026-11-20 10:00:00 \xe9", None), (b"1" * 300, None),
])
def test_the_file_is_read_in_the_courses_zone_however_it_was_saved(tmp_path, data, hour):
    nbgrader_plugin.configure(Config())
    (tmp_path / "work").mkdir()
    (tmp_path / "work/course.toml").write_bytes(b'\xef\xbb\xbftimezone = "Europe/Berlin"\r\n')
    (tmp_path / "timestamp.txt").write_bytes(data)
    course = CourseDirectory(root=str(tmp_path))
    assert course.get_existing_timestamp(str(tmp_path)) == (datetime(2026, 11, 20, hour) if hour else None)
    assert bool(unread_in(tmp_path, BERLIN)) == (hour is None and bool(data.strip(b"\xef\xbb\xbf\n")))
