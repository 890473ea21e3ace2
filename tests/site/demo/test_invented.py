"""Invented persons: plainly generic, always the same, never somebody's number."""

from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from gangmu.kernel.people.rules import draft_person
from gangmu.site.demo.invented import people_of
from gangmu.site.demo.world import World, read_world
from tests.site.demo.test_world import founding_names

DAY = date(2015, 8, 17)


@pytest.fixture(scope="module")
def world(pocket: Path) -> World:
    return read_world(pocket, founding_names())


def test_every_member_of_the_world_can_be_registered(world: World):
    faults = [
        draft.faults
        for _, new in people_of(world, DAY)
        if (draft := draft_person(new, today=DAY, founded_on=date(2014, 1, 1))).faults
    ]

    assert faults == []


def test_no_two_members_have_one_number_and_no_region_has_theirs(world: World):
    numbers = [new.id_number for _, new in people_of(world, DAY)]

    assert len(set(numbers)) == len(numbers) == world.members
    assert {number[:3] for number in numbers} == {"999"}


def test_the_same_seed_invents_the_same_people(world: World):
    assert list(islice(people_of(world, DAY), 200)) == list(islice(people_of(world, DAY), 200))


def test_the_first_three_of_every_organization_are_full_members(world: World):
    first: dict[str, list[str]] = {}
    for org, new in people_of(world, DAY):
        first.setdefault(org.code, []).append(new.status)

    assert {status for statuses in first.values() for status in statuses[:3]} == {"full"}
