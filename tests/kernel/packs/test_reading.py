"""Which pack rules where is read once for a page, and anew once another is taken up."""

from datetime import date
from typing import Any

import pytest

from gangmu.core.errors import NotFound
from gangmu.kernel.packs.operations import use_pack
from gangmu.kernel.packs.queries import pack_of, packs_in_force, packs_read_once
from tests.conftest import BEGIN, Office
from tests.taken import base_pack, small_pack

pytestmark = pytest.mark.db

JUNE = date(2015, 6, 16)


def other(office: Office) -> Any:
    own = {"another/pack.yaml": 'title: 另一包\nversion: "1.0"\nextends: base\n'}
    return small_pack(office.system, "another", base_pack(office.system).files | own)


def test_a_page_reads_once_which_pack_rules_where(office: Office, django_assert_num_queries: Any) -> None:
    pack_of(office.county.pk)  # what a version says is read once a process

    with django_assert_num_queries(1), packs_read_once():
        assert (
            pack_of(office.county.pk) == pack_of(office.county.pk, JUNE) == packs_in_force()[office.county.pk]
        )

    with django_assert_num_queries(2):
        assert pack_of(office.county.pk) == pack_of(office.county.pk)


def test_who_takes_up_another_pack_reads_it_at_once(office: Office) -> None:
    version = other(office)
    with packs_read_once():
        before = pack_of(office.county.pk)
        use_pack(office.system, office.county, version=version, day=JUNE)

        assert pack_of(office.county.pk).hash == version.hash
        assert pack_of(office.county.pk, BEGIN) == before


def test_one_page_does_not_read_what_another_kept(office: Office) -> None:
    with packs_read_once():
        before = pack_of(office.county.pk)
    use_pack(office.system, office.county, version=other(office), day=JUNE)

    with packs_read_once():
        assert pack_of(office.county.pk) != before
        assert pack_of(office.county.pk, date(2015, 6, 15)) == before


def test_before_the_first_pack_there_is_none(office: Office) -> None:
    with packs_read_once():
        assert pack_of(office.county.pk, BEGIN).hash == base_pack(office.system).hash
        with pytest.raises(NotFound):
            pack_of(office.county.pk, date(2013, 12, 31))
        with pytest.raises(NotFound):
            pack_of(office.town.pk)
