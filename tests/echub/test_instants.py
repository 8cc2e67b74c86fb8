"""Starts of several files: compared as instants, never as texts, and not at all if zones are missing in some."""

from echub.dates import instants

EARLY, LATE = "2026-03-02T13:00:00+09:00", "2026-03-02T09:00:00+00:00"  # 04:00 and 09:00 in UTC


def test_starts_in_several_zones_are_compared_as_instants():
    first, second = instants([None, None], [EARLY, LATE])
    assert first < second


def test_the_first_way_that_all_state_is_taken():
    assert instants([LATE, LATE], [EARLY, LATE])[0].hour == 9


def test_a_start_without_a_zone_has_no_order_beside_one_with_it():
    assert instants([None, LATE], ["2026-03-02T09:00:00", LATE]) is None
    assert instants([None, None], [None, LATE]) is None


def test_wall_clocks_without_zones_are_compared_as_they_went():
    first, second = instants([None, None], ["2026-03-02T09:00:00", "2026-03-02T11:00:00"])
    assert first < second
