"""Rows of answers that came on paper."""

from typing import Any

from gangmu.work.plans.operations.paper import PaperForm, answer_on_paper
from tests.conftest import Office
from tests.site.matrix.call import Call, call
from tests.site.matrix.calls_plans import MINUTES, task_of


def form_of(office: Office) -> PaperForm:
    """The first branch's form."""
    return PaperForm(task_of(office).pk, MINUTES)


def entered(office: Office) -> list[int]:
    """The first branch's form, entered."""
    return answer_on_paper(office.system, office.branch, forms=[form_of(office)])


@call("plans.answer_on_paper")
def _(office: Office) -> Call:
    return Call({"top": office.branch, "forms": [form_of(office)]}, office.branch)


@call("plans.take_back_paper")
def _(office: Office) -> Call:
    given: dict[str, Any] = {"top": office.branch, "answers": entered(office)}
    return Call(given, office.branch)
