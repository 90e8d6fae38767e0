"""When a source is crawled, in words and in cron, whatever the clocks do."""

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from miner.errors import BadInput
from miner.service.schedule import parse

FRIDAY = datetime(2025, 3, 14, 9, 26, tzinfo=UTC)


def times(schedule, after, count=3):
    def walk(moment):
        while True:
            moment = schedule.next(moment)
            yield moment

    zone = ZoneInfo(schedule.timezone)
    return [f"{moment.astimezone(zone):%d.%m %H:%M}" for moment in islice(walk(after), count)]


@pytest.mark.parametrize(
    ("text", "words", "first"),
    [
        ("каждый день в 03:00", "каждый день в 03:00", ["15.03 03:00", "16.03 03:00"]),
        ("по будням каждые 4 часа", "по будням каждые 4 часа", ["14.03 16:00", "14.03 20:00", "17.03 00:00"]),
        ("ежедневно в 3 часа ночи", "каждый день в 03:00", ["15.03 03:00"]),
        ("каждую среду", "по средам в 03:00", ["19.03 03:00", "26.03 03:00"]),
        ("еженедельно по пятницам в 18:00", "по пятницам в 18:00", ["14.03 18:00", "21.03 18:00"]),
        ("пн, ср, пт в 7:15", "по понедельникам, средам и пятницам в 07:15", ["17.03 07:15", "19.03 07:15"]),
        ("каждые полчаса", "каждые 30 минут", ["14.03 12:30", "14.03 13:00"]),
        ("ежечасно", "каждый час", ["14.03 13:00", "14.03 14:00"]),
        ("каждый час с 22 до 6", "каждый час с 22:00 до 06:00", ["14.03 22:00", "14.03 23:00"]),
        ("дважды в день", "каждый день в 09:00 и в 21:00", ["14.03 21:00", "15.03 09:00"]),
        ("каждый день в 9 утра и 6 вечера", "каждый день в 09:00 и в 18:00", ["14.03 18:00", "15.03 09:00"]),
        ("1-го и 15-го числа в 4 утра", "каждый месяц 1 и 15 числа в 04:00", ["15.03 04:00", "01.04 04:00"]),
        ("9 мая в 12:00", "9 мая в 12:00", ["09.05 12:00", "09.05 12:00"]),
        ("каждые 3 дня в 04:00", "каждые 3 дня в 04:00", ["16.03 04:00", "19.03 04:00"]),
        ("0 3 * * 1-5", "по будням в 03:00", ["17.03 03:00", "18.03 03:00"]),
        ("30 2 L * *", "по выражению cron «30 2 L * *»", ["31.03 02:30", "30.04 02:30"]),
    ],
)
def test_words_and_cron(text, words, first):
    """What is said is when it runs, and is said back."""
    schedule = parse(text)
    assert times(schedule, FRIDAY, len(first)) == first
    assert schedule.words() == words


@pytest.mark.parametrize(
    "text", ["по будням каждые 4 часа", "каждый час с 22 до 6", "1-го и 15-го числа в 4 утра", "ночью"]
)
def test_the_words_of_a_schedule_are_a_schedule(text):
    """An analyst may copy what the page says."""
    schedule = parse(text)
    assert parse(schedule.words()).crons == schedule.crons


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "it says no time"),
        ("никогда", "'никогда' says no time"),
        ("каждый год на пасху", "'год на пасху' says no time"),
        ("30 февраля", "this day never comes"),
        ("0 0 31 2,4,6 *", "this day never comes"),
        ("каждые 7 часов", "a day isn't made of such parts"),
        ("61 * * * *", "Bad minute"),
        ("каждый день в 25:00", "'в 25:00' is no time of day"),
        ("45 числа", "no month has a day 45"),
    ],
)
def test_a_schedule_that_says_nothing_or_never_fires(text, complaint):
    """It is refused when it is written, not found out in a month of silence."""
    with pytest.raises(BadInput, match=complaint):
        parse(text)


def test_a_zone_that_is_none_is_answered_with_likely_ones():
    with pytest.raises(BadInput, match=r"'Moscow': there is no such zone. Known are names like Europe/Moscow"):
        parse("каждый день в 03:00", "Moscow")


def test_a_night_that_has_no_half_past_two():
    """In spring the clocks jump over it: the run is not lost, it comes right after."""
    schedule = parse("каждый день в 02:30", "Europe/Berlin")
    assert times(schedule, datetime(2025, 3, 29, 12, tzinfo=UTC)) == ["30.03 03:00", "31.03 02:30", "01.04 02:30"]


def test_a_night_that_has_it_twice():
    """In autumn the clocks go back: the run isn't done a second time."""
    schedule = parse("каждый день в 02:30", "Europe/Berlin")
    assert times(schedule, datetime(2025, 10, 25, 12, tzinfo=UTC)) == ["26.10 02:30", "27.10 02:30", "28.10 02:30"]


def test_every_four_hours_through_such_a_night():
    """Eastern Time: whatever the clocks do, the next run lies ahead and at a time that the schedule names."""
    schedule = parse("каждые 4 часа", "America/New_York")
    assert times(schedule, datetime(2025, 11, 2, 3, tzinfo=UTC), 4) == [
        "02.11 00:00",
        "02.11 04:00",
        "02.11 08:00",
        "02.11 12:00",
    ]


def test_allowed_hours_move_a_run_into_the_night():
    """A site that may be asked from 22 to 6 only."""
    schedule = parse("каждый день в 12:00", hours="22-6")
    assert times(schedule, FRIDAY, 2) == ["14.03 22:00", "15.03 22:00"]
    assert schedule.words() == "каждый день в 12:00, только с 22:00 до 06:00"
    with pytest.raises(BadInput, match="two different hours"):
        parse("каждый день", hours="5-5")
