"""Administrative divisions as published, and which organization stands for which."""

from collections.abc import Sequence

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.orgs.models import Division, Org
from gangmu.kernel.orgs.queries import area_above, divisions_up
from gangmu.kernel.orgs.rules import level_of_division


@operation("orgs.load_divisions", permission="orgs.manage")
def load_divisions(context: Context, divisions: Sequence[Division]) -> int:
    """Take in published administrative divisions; a known code gets the published name."""
    Division.objects.bulk_create(
        divisions,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "parent_code", "level"],
        batch_size=1000,
    )
    return len(divisions)


@operation("orgs.set_area", permission="orgs.manage", at="org")
def set_area(context: Context, org: Org, *, area: str) -> Org:
    """Say for which administrative division an organization stands; with no code, that it stands for none.

    A division is of the organization's own level, lies in that of what stands above it, and has
    one open organization of a kind. What stood for it before is told in the log.
    """
    if not org.is_open():
        raise Conflict("%(org)s is closed.", {"org": org.name})
    found = Division.objects.filter(code=area).first() if area else None
    if area and found is None:
        raise Invalid("There is no such division.", faults={"area": "There is no such division."})
    if found is not None:
        _check_area(org, found)
    org.area = found
    org.save(update_fields=["area"])
    return org


def _check_area(org: Org, area: Division) -> None:
    if level_of_division(area.level) != org.level:
        raise Conflict("%(area)s is a division of another level.", {"area": area.name})
    above = area_above(org)
    if above is not None and above.pk not in {each.pk for each in divisions_up(area)}:
        raise Conflict("%(area)s does not lie in %(above)s.", {"area": area.name, "above": above.name})
    alike = Org.objects.filter(area=area, kind=org.kind, closed_on=None).exclude(pk=org.pk).first()
    if alike is not None:
        raise Conflict("%(org)s stands for %(area)s already.", {"org": alike.name, "area": area.name})
