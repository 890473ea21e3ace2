"""The collector stands still while rows pass, and goes on when the last of those who asked is done."""

import gc
from threading import Event, Thread

import pytest

from gangmu.core.memory import collector_paused


def test_the_collector_goes_on_when_the_last_is_done() -> None:
    began, may_end = Event(), Event()

    def work() -> None:
        with collector_paused():
            began.set()
            may_end.wait(5)

    other = Thread(target=work)
    with collector_paused():
        other.start()
        assert began.wait(5)
        assert not gc.isenabled()
    assert not gc.isenabled()  # the other is still at work

    may_end.set()
    other.join()

    assert gc.isenabled()


def test_the_collector_goes_on_after_a_failure() -> None:
    with pytest.raises(ValueError, match="broken"), collector_paused():
        raise ValueError("broken")

    assert gc.isenabled()


def test_a_collector_that_stood_still_before_stays_so() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
