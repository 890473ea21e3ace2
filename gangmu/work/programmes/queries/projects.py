"""Projects and lists of posts: what is in force, what stands, what is open."""

from django.db.models import Count, Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.definition import Definition
from gangmu.core.errors import NotFound
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import within
from gangmu.kernel.packs.queries import pack_by_version, pack_of
from gangmu.work.programmes.definitions import CampaignKind, ListKind, ProjectKind
from gangmu.work.programmes.models import ListLine, Milestone, Project, ProjectStep
from gangmu.work.programmes.queries.targets import VIEW

SHOWN = ("approved", "reported", "done", "not_done")
"""States in which a project of a public kind stands before everybody."""


def _meant(org: Org, kind: ProjectKind | ListKind) -> bool:
    return (not kind.kinds or org.kind in kind.kinds) and (not kind.levels or org.level in kind.levels)


def project_kinds(org: Org) -> list[ProjectKind]:
    """Return the kinds of projects that an organization may have, by code."""
    return [each for each in pack_of(org.root_id).all(ProjectKind) if _meant(org, each)]


def list_kinds(org: Org) -> list[ListKind]:
    """Return the lists that posts of an organization keep, by code."""
    return [each for each in pack_of(org.root_id).all(ListKind) if _meant(org, each)]


def kind_among(kinds: "list[ProjectKind] | list[ListKind] | list[CampaignKind]", code: str) -> Definition:
    """Return one of some kinds by its code; an unknown code refuses."""
    found = next((each for each in kinds if each.code == code), None)
    if found is None:
        raise NotFound("There is no such kind here.")
    return found


def visible_projects(context: Context) -> QuerySet[Project]:
    """Return the projects within reach, the newest year first, with how many milestones are reached."""
    return (
        Project.objects.filter(within(context.places(VIEW)))
        .select_related("org", "org__parent", "proposed_by")
        .annotate(
            planned=Count("milestones"),
            reached=Count("milestones", filter=Q(milestones__reached_on__isnull=False)),
        )
        .order_by("-year", "kind", "org__path", "pk")
    )


def project_by_id(context: Context, project_id: int) -> Project:
    """Return one project that the reader may see; otherwise there is none."""
    found = visible_projects(context).filter(pk=project_id).first()
    if found is None:
        raise NotFound("There is no such project.")
    return found


def milestone_by_id(context: Context, milestone_id: int) -> Milestone:
    """Return one milestone of a project that the reader may see; otherwise there is none."""
    found = (
        Milestone.objects.filter(within(context.places(VIEW), "project__org__path"), pk=milestone_id)
        .select_related("project", "project__org")
        .first()
    )
    if found is None:
        raise NotFound("There is no such milestone.")
    return found


def milestones_of(project: Project) -> QuerySet[Milestone]:
    """Return a project's milestones in their order."""
    return Milestone.objects.filter(project=project).order_by("number")


def steps_of(project: Project) -> QuerySet[ProjectStep]:
    """Return what happened to a project, in order."""
    return ProjectStep.objects.filter(project=project).select_related("by").order_by("pk")


def public_projects(context: Context, year: int) -> list[Project]:
    """Return the projects of public kinds that were approved, for everybody: done or not."""
    rows = (
        Project.objects.filter(state__in=SHOWN, year=year)
        .select_related("org", "pack")
        .defer("pack__files")
        .order_by("org__path", "pk")[:2000]
    )
    return [each for each in rows if _is_public(each)]


def _is_public(project: Project) -> bool:
    kind = pack_by_version(project.pack).find(ProjectKind, project.kind)
    return kind is not None and kind.public


def visible_list_lines(context: Context) -> QuerySet[ListLine]:
    """Return the lines of lists within reach, in the order of lists and numbers."""
    return (
        ListLine.objects.filter(within(context.places(VIEW)))
        .select_related("org", "written_by", "pack")
        .defer("pack__files")
        .order_by("-year", "org__path", "kind", "post", "number")
    )


def list_line_by_id(context: Context, line_id: int) -> ListLine:
    """Return one line that the reader may see; otherwise there is none."""
    found = visible_list_lines(context).filter(pk=line_id).first()
    if found is None:
        raise NotFound("There is no such line.")
    return found
