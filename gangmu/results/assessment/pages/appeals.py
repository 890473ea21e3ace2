"""Appeals and their answers; what is proposed to a parent."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Conflict, Invalid
from gangmu.core.fields import Choice, FieldSpec, parse_fields
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Status
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say
from gangmu.results.assessment.models import Appeal, Round, Screening
from gangmu.results.assessment.operations.review import answer_appeal, decide_screening
from gangmu.results.assessment.pages.words import OUTCOMES
from gangmu.results.assessment.queries.appeals import WAITING, appeal_by_id, reviewed_before, visible_appeals
from gangmu.results.assessment.queries.results import screening_by_id, screenings_for
from gangmu.results.assessment.queries.rounds import round_by_id

ANSWER = (
    FieldSpec(
        code="outcome",
        title=say("What comes of it"),
        type="choice",
        required=True,
        choices=(
            Choice(code="upheld", title=say("Upheld: it is mended where the fact arose, and run again")),
            Choice(code="rejected", title=say("Appeal rejected")),
        ),
    ),
    FieldSpec(
        code="answer", title=say("Answer, with its reasons"), type="long_text", required=True, max_length=1000
    ),
)

DECISIONS = {
    "": Status(say("Waits for a decision"), "yellow"),
    "rectify": Status(say("To be rectified"), "orange"),
    "no": Status(say("Not to be rectified"), "grey"),
}

WITHDRAWN = Status(say("The round was withdrawn"), "grey")

DECISION = (
    FieldSpec(
        code="decision",
        title=say("What is decided"),
        type="choice",
        required=True,
        choices=(
            Choice(code="rectify", title=say("To be rectified")),
            Choice(code="no", title=say("Not to be rectified")),
        ),
    ),
    FieldSpec(code="reason", title=say("Reason"), type="long_text", required=True, max_length=300),
)


def _state(appeal: Appeal) -> Status:
    """Return what came of an appeal; what a round that was withdrawn left open, nobody answers any more."""
    gone = appeal.round.state == Round.State.WITHDRAWN
    return WITHDRAWN if gone and not appeal.outcome else OUTCOMES[appeal.outcome]


@page("assessment.view")
def appeals(request: Request) -> HttpResponse:
    """List the appeals that the reader made, answers or stands above."""
    rows = visible_appeals(request.context)
    state = request.GET.get("state", "")
    if state == "open":
        rows = rows.filter(WAITING)
    listed = [
        Column(
            "org",
            say("Organization"),
            value=lambda each: each.org.name,
            link=lambda each: reverse("assessment-appeal", args=(each.pk,)),
            sort="org__code",
            width=34,
        ),
        Column("round", say("Round"), value=lambda each: each.round.title, sort="round__title", width=24),
        Column("appealed_at", say("Appealed"), "instant", sort="appealed_at"),
        Column("due_on", say("Answer due"), "date", sort="due_on"),
        Column("outcome", say("State"), "status", value=_state),
    ]
    table = Table(
        request,
        listed,
        rows,
        title=say("Appeals"),
        empty_title=say("No appeals"),
        empty_advice=say("Who was judged may appeal while the results are made known."),
    )
    return table.export() or render(request, "assessment/appeals.html", {"table": table, "state": state})


@page("assessment.view", methods=("GET", "POST"))
def appeal_page(request: Request, appeal_id: int) -> HttpResponse:
    """Show an appeal and its answer, or the form to answer it."""
    context = request.context
    appeal = appeal_by_id(context, appeal_id)
    form = FieldForm(ANSWER)
    waits = appeal.answered_at is None and appeal.round.state == Round.State.PUBLICITY
    open_here = waits and context.may("assessment.manage", appeal.round.org.path)
    barred = open_here and (
        reviewed_before(appeal, context.account) or appeal.appealed_by_id == context.account
    )
    values = {
        "appeal": appeal,
        "status": _state(appeal),
        "form": form,
        "may_answer": open_here and not barred,
        "barred": barred,
        "late": waits and context.today > appeal.due_on,
        "crumbs": [
            (translate("Appraisals"), reverse("assessment-rounds")),
            (appeal.round.title, reverse("assessment-round", args=(appeal.round_id,))),
            (translate("Appeal"), ""),
        ],
    }
    if request.method == "POST":
        try:
            answer_appeal(context, appeal, **parse_fields(ANSWER, form.raw(request.POST)))
        except (Conflict, Invalid) as refusal:
            values["form"] = form.again(request.POST, refusal.faults)
            return form_again(request, "assessment/appeal.html", values, refusal)
        messages.success(request, translate("The appeal is answered."))
        return redirect("assessment-appeal", appeal_id=appeal.pk)
    return render(request, "assessment/appeal.html", values)


def _screened(screening: Screening) -> Status:
    """Return what was decided; of a round that was withdrawn nothing is to be decided any more."""
    gone = screening.round.state == Round.State.WITHDRAWN
    return WITHDRAWN if gone and not screening.decision else DECISIONS[screening.decision]


@page("assessment.review")
def screenings(request: Request) -> HttpResponse:
    """List what is proposed to the reader as a parent; nobody else sees it."""
    listed = [
        Column(
            "org",
            say("Organization"),
            value=lambda each: each.org.name,
            link=lambda each: reverse("assessment-screening", args=(each.pk,)),
            width=34,
        ),
        Column("round", say("Round"), value=lambda each: each.round.title, width=24),
        Column("score", say("Score"), "number", places=2),
        Column("bound", say("Proposed below"), "number", places=2),
        Column("decision", say("State"), "status", value=_screened),
    ]
    table = Table(
        request,
        listed,
        screenings_for(request.context),
        title=say("Proposed for rectification"),
        empty_title=say("Nothing is proposed"),
        empty_advice=say(
            "What scores below the bound of an appraisal is proposed here to the organization "
            "right above, who decides."
        ),
        exports=False,
    )
    return render(request, "assessment/screenings.html", {"table": table})


@page("assessment.review", methods=("GET", "POST"))
def screening(request: Request, screening_id: int) -> HttpResponse:
    """Decide on one proposal."""
    context = request.context
    found = screening_by_id(context, screening_id)
    form = FieldForm(DECISION)
    values = {
        "screening": found,
        "status": _screened(found),
        "form": form,
        "round": round_by_id(context, found.round_id),
        "crumbs": [
            (translate("Proposed for rectification"), reverse("assessment-screenings")),
            (found.org.name, ""),
        ],
    }
    if request.method == "POST":
        try:
            decide_screening(context, found, **parse_fields(DECISION, form.raw(request.POST)))
        except (Conflict, Invalid) as refusal:
            values["form"] = form.again(request.POST, refusal.faults)
            return form_again(request, "assessment/screening.html", values, refusal)
        messages.success(request, translate("The decision is noted with its reason."))
        return redirect("assessment-screening", screening_id=found.pk)
    return render(request, "assessment/screening.html", values)


urlpatterns = [
    path("appraisals/appeals/", appeals, name="assessment-appeals"),
    path("appraisals/appeals/<int:appeal_id>/", appeal_page, name="assessment-appeal"),
    path("appraisals/proposed/", screenings, name="assessment-screenings"),
    path("appraisals/proposed/<int:screening_id>/", screening, name="assessment-screening"),
]
