"""Templates that others take over, and sites that are shown."""

from datetime import date
from typing import Any

import pytest

from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.kernel.orgs.operations import NewOrg, close_org, found_root
from gangmu.work.standards.models import Adoption, Site
from gangmu.work.standards.operations.claims import revoke_claim
from gangmu.work.standards.operations.examples import (
    adopt_template,
    end_adoption,
    end_site,
    name_site,
    publish_template,
    withdraw_template,
)
from gangmu.work.standards.queries.examples import adoptions_of, published_templates, shown_sites
from tests.work.standards.conftest import Place

KIND = "village_branch"
SITE = {"kind": KIND, "title": "东庄示范点", "shows": "三会一课台账", "paper": "镇发〔2015〕9号"}


def template_of(place: Place) -> Any:
    return publish_template(
        place.secretary, place.office.branch, title="议事五步法", text="一提二议三审四决五公开", kind=KIND
    )


def test_a_template_is_taken_over_and_counted(place: Place) -> None:
    template = template_of(place)

    adopt_template(place.neighbour, place.office.far_branch, template=template, note="改为四步")

    (seen,) = published_templates(place.neighbour)
    assert (seen.pk, seen.takers) == (template.pk, 1)
    assert [each.org for each in adoptions_of(template)] == [place.office.far_branch]


def test_a_template_is_not_taken_over_twice_or_by_its_own_or_once_it_is_withdrawn(place: Place) -> None:
    template, far = template_of(place), place.office.far_branch
    with pytest.raises(Conflict):
        adopt_template(place.secretary, place.office.branch, template=template)
    taken = adopt_template(place.neighbour, far, template=template)
    with pytest.raises(Conflict):
        adopt_template(place.neighbour, far, template=template)
    end_adoption(place.neighbour, taken, reason="人手不够")
    with pytest.raises(Conflict):
        end_adoption(place.neighbour, taken, reason="再来")

    withdraw_template(place.secretary, template, reason="规定变了")

    with pytest.raises(Conflict):
        adopt_template(place.neighbour, far, template=template)
    with pytest.raises(Conflict):
        withdraw_template(place.secretary, template, reason="再来")
    assert Adoption.objects.filter(ended_on=None).count() == 0


def test_a_template_of_another_place_is_not_there(place: Place) -> None:
    office = place.office
    template = template_of(place)
    other = found_root(
        office.system, NewOrg("880100", "中共别县委员会", "committee", "county", date(2014, 1, 1))
    )

    with pytest.raises(Invalid):
        adopt_template(office.system, other, template=template)


def test_publish_template_is_refused_without_words_and_to_who_is_closed(place: Place) -> None:
    with pytest.raises(Invalid) as refused:
        publish_template(place.secretary, place.office.branch, title=" ", text="", kind="")
    assert set(refused.value.faults) == {"title", "text"}

    with pytest.raises(NotAllowed):
        publish_template(place.secretary, place.office.town, title="镇", text="做法")
    close_org(place.office.system, place.office.branch, day=date(2015, 10, 1))
    with pytest.raises(Conflict):
        template_of(place)


def test_publish_template_asks_for_nothing_that_a_rule_forbids(place: Place) -> None:
    with pytest.raises(Invalid):
        publish_template(place.secretary, place.office.branch, title="做法", text="党员每天打卡签到")


def test_a_site_holds_its_standard_and_is_named_by_the_town(place: Place) -> None:
    branch, today = place.office.branch, date(2015, 10, 8)
    with pytest.raises(Conflict):
        name_site(place.town, branch, **SITE, since_on=today)
    claim = place.judged()
    with pytest.raises(NotAllowed):
        name_site(place.secretary, branch, **SITE, since_on=today)
    with pytest.raises(Invalid):
        name_site(place.town, branch, **SITE, since_on=date(2015, 10, 9))

    site = name_site(place.town, branch, **SITE, since_on=today)

    assert list(shown_sites(place.neighbour)) == [site]
    with pytest.raises(Conflict):
        name_site(place.town, branch, **SITE, since_on=today)
    revoke_claim(place.second_town, claim, reason="复核不达标", paper="镇发〔2015〕10号")
    site = Site.objects.get(pk=site.pk)
    assert (site.ended_on, site.ended_reason) == (today, "复核不达标")


def test_end_site_says_why_and_once(place: Place) -> None:
    place.judged()
    site = name_site(place.town, place.office.branch, **SITE, since_on=date(2015, 10, 8))

    with pytest.raises(Invalid):
        end_site(place.town, site, reason=" ")
    ended = end_site(place.town, site, reason="改建")
    assert ended.ended_on == date(2015, 10, 8)
    with pytest.raises(Conflict):
        end_site(place.town, site, reason="再来")
