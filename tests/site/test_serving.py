"""The process that serves: what it has loaded stays out of the collector's way."""

import gc

from gangmu.site import serving


def test_what_is_loaded_is_passed_over_by_the_collector_and_what_comes_later_is_not() -> None:
    before, threshold = gc.get_freeze_count(), gc.get_threshold()
    try:
        serving.settle()
        settled, begun = gc.get_freeze_count(), len(gc.get_objects())
        later = [[number] for number in range(1000)]
        seen = len(gc.get_objects()) - begun
        often = gc.get_threshold()
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)

    assert settled > before + 10_000
    assert len(later) == 1000
    assert 1000 <= seen < settled
    assert often[0] > threshold[0]
    assert often[1:] == threshold[1:]


def test_the_background_settles_after_its_first_turn(monkeypatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(serving, "PAUSE", 0)
    monkeypatch.setattr(serving, "settle", lambda: done.append("settled"))
    monkeypatch.setattr(serving.Background, "turn", lambda self, moment: done.append("turned"))
    monkeypatch.setattr(serving, "close_old_connections", lambda: None)

    serving._work(lambda: len(done) < 5)

    assert done == ["turned", "settled", "turned", "turned", "turned"]
