"""What was typed into a form stays in it when the form is refused."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

Sent = Mapping[str, Sequence[str]]
Given = dict[str, str | None]

FILLED = ("input", "textarea", "select")
NEVER_FILLED = ("password", "file", "submit", "button", "image", "reset")
CHOSEN_BY_A_MARK = ("checkbox", "radio")
SECRET_NAMES = ("password", "old", "new", "again", "code")
"""What fields are called that nobody reads over another's shoulder; no page shows what was sent in them."""

CODE_LIKE = re.compile(r"[\w.,:+-]*", re.ASCII)


@dataclass
class _Tag:
    """One start tag of a page: where it stands, what it says, and what it lies in."""

    name: str
    given: Given
    begin: int
    end: int
    around: tuple["_Tag", ...] = ()
    text_end: int = 0
    head_end: int = 0
    options: list["_Tag"] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.given.get(name) or ""


@dataclass
class _Form:
    tag: _Tag
    fields: list[_Tag] = field(default_factory=list)
    buttons: list[_Tag] = field(default_factory=list)


class _Page(HTMLParser):
    """The forms of a page with their fields, wherever in the page these stand."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page
        self.lines = [0] + [at.end() for at in re.finditer("\n", page)]
        self.forms: list[_Form] = []
        self.labels: dict[str, str] = {}
        self.messages_at = 0
        self._around: list[_Tag] = []
        self._form: _Form | None = None
        self._elsewhere: list[_Tag] = []
        self._open: dict[str, _Tag] = {}
        self._label = ""
        self.feed(page)
        self.close()
        self._join()

    def _here(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what belongs to forms."""
        begin = self._here()
        self._label = ""  # what a field is called stands before any other element in its label
        found = _Tag(
            tag, dict(attrs), begin, begin + len(self.get_starttag_text() or ""), tuple(self._around)
        )
        if found.get("class") == "gm-messages":
            self.messages_at = found.end
        elif tag in ("dialog", "details"):
            self._around.append(found)
        elif tag == "form":
            self._form = _Form(found)
            self.forms.append(self._form)
        elif tag == "label":
            self._label = found.get("for")
        elif tag == "option" and "select" in self._open:
            self._open["select"].options.append(found)
        elif tag in (*FILLED, "button"):
            self._open[tag] = found
            if found.get("form"):
                self._elsewhere.append(found)
            elif self._form is not None:
                _take(self._form, found)

    def handle_endtag(self, tag: str) -> None:
        """Note where something ends."""
        if tag in ("dialog", "details") and self._around:
            self._around.pop()
        elif tag == "header" and self._around and not self._around[-1].head_end:
            self._around[-1].head_end = self.page.index(">", self._here()) + 1
        elif tag == "form":
            self._form = None
        elif tag == "label":
            self._label = ""
        elif tag in self._open:
            self._open.pop(tag).text_end = self._here()

    def handle_data(self, data: str) -> None:
        """Take what a field is called."""
        if self._label:
            self.labels[self._label] = (self.labels.get(self._label, "") + data).strip()

    def _join(self) -> None:
        by_id = {form.tag.get("id"): form for form in self.forms if form.tag.get("id")}
        for found in self._elsewhere:
            if form := by_id.get(found.get("form")):
                _take(form, found)


def _take(form: _Form, found: _Tag) -> None:
    (form.buttons if found.name == "button" else form.fields).append(found)


def _is_kind(found: _Tag, *kinds: str) -> bool:
    return found.name == "input" and found.get("type") in kinds


def _likeness(form: _Form, sent: Sent) -> int:
    """Return how much a form looks like what was sent: the same hidden values, the same names, the same button."""
    names = {each.get("name") for each in form.fields} - {"", "csrfmiddlewaretoken"}
    marks = {each.get("name") for each in form.fields if _is_kind(each, *CHOSEN_BY_A_MARK, "file")}
    told = [
        each.get("value") in sent[each.get("name")]
        for each in form.fields
        if _is_kind(each, "hidden") and each.get("name") in sent and f"{each.get('name')}_shown" not in sent
    ]
    named = {each.get("name") for each in form.buttons} - {""}
    return (
        10 * (2 * sum(told) - len(told))
        + len(names & set(sent))
        - len(names - marks - set(sent))
        + (1 if _pressed(form, sent) else -len(named))
    )


def _pressed(form: _Form, sent: Sent) -> _Tag | None:
    for button in form.buttons:
        if button.get("name") and button.get("value") in sent.get(button.get("name"), ()):
            return button
    return None


def _is_typed(found: _Tag, sent: Sent) -> bool:
    """Whether somebody fills this field in; a finder keeps in a hidden field what was chosen."""
    if not found.get("name") or "disabled" in found.given or _is_kind(found, *NEVER_FILLED):
        return False
    if _is_kind(found, "hidden"):
        return f"{found.get('name')}_shown" in sent
    return found.get("autocomplete") != "one-time-code"


def _written(found: _Tag, **more: str | None) -> str:
    given = {**found.given, **more}
    told = [f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in given.items()]
    return f"<{found.name}{''.join(told)}>"


def _marked(found: _Tag, mark: str, *, on: bool) -> str:
    plain = _Tag(
        found.name, {name: v for name, v in found.given.items() if name != mark}, found.begin, found.end
    )
    return _written(plain, **({mark: None} if on else {}))


Change = tuple[int, int, str]


def _filled(found: _Tag, values: list[str]) -> list[Change]:
    """Return what has to change in the page for one field to hold what was sent."""
    if _is_kind(found, *CHOSEN_BY_A_MARK):
        on = (found.get("value") or "on") in values
        return [(found.begin, found.end, _marked(found, "checked", on=on))]
    if not values:
        return []
    if found.name == "select":
        chosen = values if "multiple" in found.given else [values.pop(0)]
        return [
            (each.begin, each.end, _marked(each, "selected", on=each.get("value") in chosen))
            for each in found.options
        ]
    value = values.pop(0)
    if found.name == "textarea":
        # the first line break after the tag is not text
        return [(found.end, found.text_end, "\n" + escape(value))]
    return [(found.begin, found.end, _written(found, value=value))]


@dataclass(frozen=True)
class Refilled:
    """A page whose form holds again what was sent."""

    page: str
    note_at: int
    labels: Mapping[str, str]

    def with_note(self, note: str) -> str:
        """Return the page with a note where it is looked for: at the form, or above all where nothing is typed."""
        return self.page[: self.note_at] + note + self.page[self.note_at :]


def refilled(page: str, stood_on: str, sent_to: str, sent: Sent) -> Refilled | None:
    """Return a page with what was sent in the form that it came from; None where that form is no more.

    Of several forms that go to one address it is the one whose hidden fields were sent. What
    the form is folded into is open.
    """
    read = _Page(page)
    forms = [
        form
        for form in read.forms
        if form.tag.get("method").lower() == "post"
        and (urlsplit(form.tag.get("action")).path or stood_on) == sent_to
    ]
    if not forms:
        return None
    form = max(forms, key=lambda each: _likeness(each, sent))
    typed = [each for each in form.fields if _is_typed(each, sent)]
    left = {name: list(values) for name, values in sent.items()}
    changes = [change for each in typed for change in _filled(each, left.get(each.get("name"), []))]
    spot = _pressed(form, sent) or form.tag
    changes += [_opened(each) for each in spot.around]
    at = _note_at(read, form, spot, typed=bool(typed))
    for begin, end, text in sorted(changes, reverse=True):
        page = page[:begin] + text + page[end:]
        at += len(text) - (end - begin) if begin < at else 0
    labels = {each.get("name"): read.labels.get(each.get("id"), "") for each in typed}
    return Refilled(page, at, labels)


def _note_at(read: _Page, form: _Form, spot: _Tag, *, typed: bool) -> int:
    """Return where the reason is read: in the dialog, at the form, or at the head of the page."""
    in_dialog = next((each.head_end for each in reversed(spot.around) if each.head_end), 0)
    return in_dialog or (0 if typed else read.messages_at) or form.tag.end


def _opened(found: _Tag) -> Change:
    mark = "open" if found.name == "details" else "data-opens-itself"
    return (found.begin, found.end, _marked(found, mark, on=True))


def sentences(sent: Sent) -> list[str]:
    """Return what somebody wrote among what was sent: numbers, codes and days are chosen, not written."""
    return [
        value
        for name, values in sent.items()
        for value in values
        if name not in SECRET_NAMES and not CODE_LIKE.fullmatch(value.strip())
    ]
