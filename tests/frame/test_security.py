"""What every answer carries, and what is refused before anybody looks at it."""

from django.test import Client


def test_zero_byte_in_an_address_is_refused(db: None) -> None:
    assert Client().get("/sign-in?next=%00").status_code == 400


def test_page_is_kept_by_nobody_on_the_way(db: None) -> None:
    answer = Client().get("/sign-in")

    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self'" in answer["Content-Security-Policy"]
