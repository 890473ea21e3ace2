"""A form that was refused holds again what was sent, wherever in a page it stands."""

import re
from pathlib import Path

from gangmu.frame.typed import SECRET_NAMES, Refilled, refilled, sentences


def again(page: str, **sent: str | list[str]) -> Refilled:
    """Fill the form that goes to /here."""
    values = {name: each if isinstance(each, list) else [each] for name, each in sent.items()}
    found = refilled(page, "/page", "/here", values)
    assert found is not None
    return found


def form(inside: str, more: str = "") -> str:
    return f'<form method="post" action="/here"{more}>{inside}</form>'


def test_every_kind_of_field_holds_what_was_sent() -> None:
    page = again(
        form(
            '<input type="text" name="title" value="alt">'
            '<input type="date" name="day">'
            '<textarea name="reason">alt</textarea>'
            '<select name="kind"><option value="">?</option><option value="a" selected>A</option><option value="b">B</option></select>'
            '<input type="radio" name="met" value="yes" checked><input type="radio" name="met" value="no">'
            '<input type="checkbox" name="who" value="1" checked><input type="checkbox" name="who" value="2">'
        ),
        title='中"共<b>',
        day="2026-05-01",
        reason="因为\n二",
        kind="b",
        met="no",
        who=["2"],
    ).page

    assert '<input type="text" name="title" value="中&quot;共&lt;b&gt;">' in page
    assert 'name="day" value="2026-05-01"' in page
    assert '<textarea name="reason">\n因为\n二</textarea>' in page
    assert '<option value="a">A</option><option value="b" selected>' in page
    assert 'value="yes"><input type="radio" name="met" value="no" checked>' in page
    assert 'value="1"><input type="checkbox" name="who" value="2" checked>' in page


def test_secrets_files_and_what_the_page_says_of_itself_are_not_filled() -> None:
    page = form(
        '<input type="hidden" name="csrfmiddlewaretoken" value="new"><input type="hidden" name="based_on" value="7">'
        '<input type="password" name="password"><input type="file" name="scan"><input name="code" autocomplete="one-time-code">'
    )

    assert (
        again(page, csrfmiddlewaretoken="old", based_on="6", password="x", scan="y", code="123456").page
        == page
    )


def test_a_finder_keeps_who_was_chosen() -> None:
    page = again(
        form('<input type="hidden" name="org" value=""><input type="text" name="org_shown" value="">'),
        org="17",
        org_shown="东庄村",
    ).page

    assert 'name="org" value="17"' in page
    assert 'name="org_shown" value="东庄村"' in page


def test_of_several_forms_the_one_is_filled_whose_hidden_fields_were_sent() -> None:
    def row(number: int) -> str:
        return form(f'<input type="hidden" name="row" value="{number}"><input name="why" value="">')

    page = again(row(1) + row(2) + row(3), row="2", why="错了").page

    assert page == row(1) + row(2).replace('name="why" value=""', 'name="why" value="错了"') + row(3)


def test_fields_of_one_name_are_filled_in_their_order() -> None:
    page = again(form('<input name="part" value=""><input name="part" value="">'), part=["一", "二"]).page

    assert '<input name="part" value="一"><input name="part" value="二">' in page


def test_a_field_elsewhere_in_the_page_belongs_to_its_form() -> None:
    page = form("", ' id="ticked"') + (
        '<dialog id="a"><header>A</header><input form="ticked" name="why"><button form="ticked" name="step" value="a">A</button></dialog>'
        '<dialog id="b"><header>B</header><input form="ticked" name="why"><button form="ticked" name="step" value="b">B</button></dialog>'
    )

    found = again(page, why=["", "晚了"], step="b")

    shown = found.with_note("[note]")
    assert 'name="why" value="晚了"><button form="ticked" name="step" value="b"' in shown
    assert '<dialog id="b" data-opens-itself><header>B</header>[note]' in shown
    assert '<dialog id="a"><header>' in shown


def test_what_a_form_is_folded_into_is_open() -> None:
    page = again("<details class='x'><summary>+</summary>" + form('<input name="why">') + "</details>").page

    assert page.startswith('<details class="x" open>')


def test_the_reason_stands_at_the_form_or_above_all_where_nothing_is_typed() -> None:
    head = '<div class="gm-messages"></div>'

    assert (
        again(head + form('<input name="why" value="">'), why="x")
        .with_note("[note]")
        .startswith(head + '<form method="post" action="/here">[note]')
    )
    assert (
        again(head + form("<button>Go</button>"))
        .with_note("[note]")
        .startswith('<div class="gm-messages">[note]</div>')
    )


def test_a_page_without_the_form_is_not_filled() -> None:
    for page in ("<p>closed</p>", '<form method="get" action="/here"></form>', '<form method="post"></form>'):
        assert refilled(page, "/page", "/here", {"why": ["x"]}) is None
    assert refilled('<form method="post"></form>', "/here", "/here", {}) is not None


def test_sentences_are_told_from_what_was_chosen() -> None:
    sent = {"day": ["2026-05-01"], "org": ["17"], "step": ["extend"], "why": ["晚了", "two words"], "x": [""]}

    assert sentences(sent) == ["晚了", "two words"]


def test_no_secret_is_among_what_can_be_copied() -> None:
    assert sentences({name: ["a secret, with signs!"] for name in SECRET_NAMES}) == []
    pages = [
        file.read_text(encoding="utf-8") for file in (Path(__file__).parents[2] / "gangmu").rglob("*.html")
    ]
    inputs = [found for page in pages for found in re.findall(r'{% plain_input "(\w+)"([^%]*)%}', page)]
    named = {name for name, rest in inputs if '"password"' in rest or "one-time-code" in rest}

    assert named
    assert named <= set(SECRET_NAMES)
    assert not any('type="password"' in page for page in pages)
