"""Work in threads: results in the order of the items, and after an error what is not started is not done."""

import threading

import pytest

from echub.model.workers import in_order


def test_results_come_in_the_order_of_the_items():
    assert list(in_order(lambda n: n * n, range(20), workers=3)) == [n * n for n in range(20)]


def test_after_an_error_what_is_not_started_is_not_done():
    started, held = [], threading.Event()

    def work(number):
        started.append(number)
        if number == 0:
            raise ValueError("broken")
        held.wait(0.2)
        return number

    with pytest.raises(ValueError, match="broken"):
        list(in_order(work, range(100), workers=3))
    assert len(started) <= 4  # six were handed over: three ran, and the broken one's thread may have taken another
