"""The menu shows what a reader may open, and the banners say what the site is."""

import pytest
from django.test import Client, override_settings

from gangmu.frame.navigation import add_menu


def test_a_menu_leaves_out_what_the_reader_may_not_open(gallery: Client):
    page = gallery.get("/gallery").content.decode()

    assert 'href="/log"' in page
    assert 'href="/secret"' not in page


def test_a_stranger_sees_only_what_asks_for_nothing(gallery: Client):
    page = gallery.get("/gallery?as=stranger").content.decode()

    assert 'href="/notices"' in page
    assert 'href="/log"' not in page


def test_the_page_one_stands_on_is_marked_once(gallery: Client):
    page = gallery.get("/gallery").content.decode()

    assert page.count('<a href="/gallery" aria-current="page">') == 1


def test_a_section_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no section"):
        add_menu("nowhere", "Nothing", "home")


@pytest.mark.parametrize(("number", "shown"), [("", True), ("  ", True), ("甘A-2026-001", False)])
def test_an_unfiled_site_says_that_nobody_may_be_required_to_use_it(
    gallery: Client, number: str, shown: bool
):
    with override_settings(GANGMU_FILING_NUMBER=number):
        page = gallery.get("/offline").content.decode()

    assert ("未备案，不得要求使用" in page) is shown
    assert ("备案号 甘A-2026-001" in page) is not shown


def test_a_demonstration_says_that_all_is_invented(gallery: Client):
    page = gallery.get("/offline").content.decode()

    assert "演示数据 · 虚构" in page
