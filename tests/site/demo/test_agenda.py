"""The clock of a played world."""

from datetime import UTC, datetime, timedelta

from gangmu.site.demo.agenda import Agenda

NOON = datetime(2015, 6, 1, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_deeds_are_done_in_the_order_of_time_and_then_of_asking():
    agenda, done = Agenda(NOON + 5 * HOUR), []
    agenda.put(NOON + HOUR, lambda moment: done.append("third"))
    agenda.put(NOON, lambda moment: done.append("first"))
    agenda.put(NOON, lambda moment: done.append("second"))

    agenda.play()

    assert done == ["first", "second", "third"]


def test_a_deed_may_put_another_on_the_agenda():
    agenda, done = Agenda(NOON + 5 * HOUR), []

    def begin(moment: datetime) -> None:
        agenda.put(moment + HOUR, done.append)

    agenda.put(NOON, begin)
    agenda.play()

    assert done == [NOON + HOUR]


def test_what_lies_after_the_end_is_never_done_unless_it_is_insisted_on():
    agenda, done = Agenda(NOON), []
    agenda.put(NOON + HOUR, lambda moment: done.append("put"))
    agenda.insist(NOON + HOUR, lambda moment: done.append(f"insisted at {moment:%H}"))

    agenda.play()

    assert done == ["insisted at 04"]
