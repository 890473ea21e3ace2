"""Addresses of pages with what is asked of them."""

from django.urls import reverse, set_script_prefix

from gangmu.frame.links import address


def test_address_leaves_out_what_is_empty() -> None:
    assert address("plans-account") == reverse("plans-account")
    assert address("plans-account", org=7, duty="", period=None) == reverse("plans-account") + "?org=7"
    assert address("plans-account", org=0, what="甲 乙").endswith("?org=0&what=%E7%94%B2+%E4%B9%99")


def test_address_is_below_the_path_at_which_the_site_is_served() -> None:
    before = address("plans-account")
    set_script_prefix("/party/")
    try:
        assert address("plans-account") == "/party" + before
    finally:
        set_script_prefix("/")

    assert address("plans-account") == before
