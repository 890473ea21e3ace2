"""The components, as tags: ``{% load gangmu %}``."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as translate

from gangmu.core.text import Text
from gangmu.frame import figures, formats
from gangmu.frame.figures import Chart, Heat, Light, Node, Status, Step, Tab, TimelineEvent
from gangmu.frame.forms import BoundField, FieldForm, field_id
from gangmu.frame.tables import Pager, Table, cell_text
from gangmu.frame.words import active_language, worded

register = template.Library()

Values = dict[str, Any]
Words = Text | str

register.filter("day", formats.day)
register.filter("short_day", formats.short_day)
register.filter("instant", formats.instant)
register.filter("month", formats.month)
register.filter("period_in_words", formats.period_in_words)


@register.filter
def number(value: Any, places: int | None = None) -> str:
    """Return a number with thousands separated."""
    return formats.number(value, places)


@register.filter
def money(value: Any, unit: str = "yuan") -> str:
    """Return an amount with its unit: ``{{ sum|money }}`` in 元, ``{{ sum|money:"wan" }}`` in 万元."""
    return formats.money(value, unit)


@register.filter
def words(value: Words | None) -> str:
    """Return a text or a sentence of the product in the active language."""
    return worded(value)


@register.simple_tag
def text(value: Words | None) -> str:
    """Return a text of a pack in the active language: ``{% text definition.title %}``."""
    return worded(value)


@register.simple_tag
def rank(place: int | None, among: int) -> str:
    """Return 第3/27."""
    return formats.rank(place, among)


@register.simple_tag
def share(part: Any, whole: Any, places: int = 1) -> str:
    """Return a part of a whole in percent."""
    return formats.share(part, whole, places)


@register.simple_tag
def icon(name: str, title: str = "") -> SafeString:
    """Return an icon of the sprite; with a title it speaks, without it decorates."""
    return _icon(f"{static('frame/icons.svg')}#{name}", title)


@lru_cache(maxsize=512)
def _icon(href: str, title: str) -> SafeString:
    """Return the markup of an icon: a page shows dozens, and few different ones."""
    if title:
        return format_html(
            '<svg class="gm-icon" role="img" aria-label="{}"><use href="{}"></use></svg>', title, href
        )
    return format_html('<svg class="gm-icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.inclusion_tag("components/button.html")
def button(
    title: Words,
    kind: str = "plain",
    *,
    url: str = "",
    icon: str = "",
    name: str = "",
    value: str = "",
    confirm: Words = "",
    small: bool = False,
    opens: str = "",
    form: str = "",
    disabled: bool = False,
) -> Values:
    """Show a button, or a link that looks like one.

    Kinds: primary (one on a page), plain, quiet, danger. ``confirm`` asks first, ``opens``
    names a dialog.
    """
    return {
        "title": worded(title),
        "kind": kind,
        "url": url,
        "icon": icon,
        "name": name,
        "value": value,
        "confirm": worded(confirm),
        "small": small,
        "opens": opens,
        "form": form,
        "disabled": disabled,
        "type": "button" if opens else "submit",
    }


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: FieldForm) -> Values:
    """Show every field of a form, and above them, if there are any, its faults with links."""
    return {"form": form}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField) -> Values:
    """Show one field: label, input, help, sample, fault."""
    return {"field": bound}


@register.inclusion_tag("components/input.html")
def plain_input(
    name: str,
    title: Words,
    type: str = "text",  # noqa: A002 -- HTML's own word
    *,
    value: Any = "",
    help: Words = "",  # noqa: A002 -- the field's own word
    fault: str = "",
    required: bool = False,
    autocomplete: str = "off",
    inputmode: str = "",
    maxlength: int = 0,
    apart: Any = "",
) -> Values:
    """Show an input that no field spec describes: a password, a code, a search word.

    ``apart`` tells it from another field of this name on the page.
    """
    return {
        "id": field_id(name, apart),
        "name": name,
        "title": worded(title),
        "type": type,
        "value": "" if value is None else value,
        "help": worded(help),
        "fault": translate(fault) if fault else "",
        "required": required,
        "autocomplete": autocomplete,
        "inputmode": inputmode,
        "maxlength": maxlength,
    }


@register.inclusion_tag("components/checkbox.html")
def checkbox(name: str, title: Words, *, value: str = "1", checked: bool = False, help: Words = "") -> Values:  # noqa: A002 -- the field's own word
    """Show a tick box."""
    return {
        "id": f"field-{name}-{value}",
        "name": name,
        "title": worded(title),
        "value": value,
        "checked": checked,
        "help": worded(help),
    }


@register.inclusion_tag("components/select.html")
def select(
    name: str,
    title: Words,
    options: Sequence[tuple[str, Words]],
    chosen: Any = "",
    *,
    every: Words = "",
    apart: Any = "",
) -> Values:
    """Show a choice for a filter bar; ``every`` is the line that narrows nothing, ``apart`` as for inputs."""
    return {
        "id": field_id(name, apart),
        "name": name,
        "title": worded(title),
        "every": worded(every),
        "options": [(value, worded(title), str(value) == str(chosen or "")) for value, title in options],
    }


@register.inclusion_tag("components/status.html")
def status(word: Words | Status, light: str = "grey") -> Values:
    """Show a traffic light: word, shape and colour. Lights: green yellow orange red blue grey."""
    given = word if isinstance(word, Status) else Status(word, cast(Light, light))
    return {"word": worded(given.word), "light": given.light if given.light in figures.LIGHTS else "grey"}


@register.inclusion_tag("components/table.html")
def table(table: Table) -> Values:
    """Show a table with its heads, rows, pager, chooser and exports."""
    return {"table": table, "request": table.request, **table.context}


@register.filter
def column_text(value: Any, column: Any) -> str:
    """Return a value as a column writes it."""
    return cell_text(column, value)


@register.inclusion_tag("components/pager.html")
def pager(pager: Pager) -> Values:
    """Show where one is among the pages."""
    return {"pager": pager}


@register.inclusion_tag("components/timeline.html")
def timeline(events: Sequence[TimelineEvent]) -> Values:
    """Show what happened, in the order given."""
    return {"events": events}


@register.inclusion_tag("components/heatmap.html")
def heatmap(heat: Heat) -> Values:
    """Show a heat map: a table whose every field is a link."""
    return {"heat": heat}


@register.inclusion_tag("components/score_bar.html")
def score_bar(score: Any, of: Any = 100, *, light: str = "blue", url: str = "", places: int = 1) -> Values:
    """Show a score on its way to the full mark."""
    reached, whole = formats.decimal_of(score), formats.decimal_of(of)
    part = max(0.0, min(1.0, float(reached / whole))) if reached is not None and whole else 0.0
    return {
        "text": formats.number(score, places),
        "of": formats.number(of),
        "width": round(part * 100, 2),
        "light": light,
        "url": url,
    }


@register.inclusion_tag("components/sparkline.html")
def sparkline(values: Sequence[Any], title: Words = "") -> Values:
    """Show a trend in a table cell."""
    return {"line": figures.sparkline(values), "title": worded(title)}


@register.inclusion_tag("components/chart.html")
def chart(chart: Chart) -> Values:
    """Show a chart, with the table that says the same folded beneath it."""
    return {
        "chart": chart,
        "options": json.dumps(chart.options, ensure_ascii=False),
        "links": json.dumps(dict(chart.links), ensure_ascii=False),
    }


@register.inclusion_tag("components/tree.html")
def tree(nodes: Sequence[Node], title: Words) -> Values:
    """Show a tree whose branches are fetched when they are opened."""
    return {"nodes": nodes, "title": worded(title)}


@register.inclusion_tag("components/tabs.html")
def tabs(tabs: Sequence[Tab], title: Words = "") -> Values:
    """Show the views of a thing, each a page of its own."""
    return {"tabs": tabs, "title": worded(title)}


@register.inclusion_tag("components/steps.html")
def steps(steps: Sequence[Step]) -> Values:
    """Show how far a matter has come."""
    return {"steps": steps}


@register.inclusion_tag("components/figure_card.html")
def figure_card(
    title: Words,
    value: Any,
    url: str,
    *,
    unit: Words = "",
    note: Words = "",
    light: str = "",
    trend: Sequence[Any] = (),
    places: int | None = None,
) -> Values:
    """Show one figure, which is a link to what it is made of."""
    exact = formats.decimal_of(value) if not isinstance(value, str) else None
    return {
        "title": worded(title),
        "value": formats.number(value, places) if exact is not None else value,
        "url": url,
        "unit": worded(unit),
        "note": worded(note),
        "light": light,
        "line": figures.sparkline(trend),
    }


@register.inclusion_tag("components/crumbs.html")
def crumbs(crumbs: Sequence[tuple[Words, str]]) -> Values:
    """Show the way from the top to this page; the last one is the page itself."""
    return {"crumbs": [(worded(title), url) for title, url in crumbs]}


@register.inclusion_tag("components/empty.html")
def empty(title: Words, advice: Words = "", *, url: str = "", action: Words = "") -> Values:
    """Show that there is nothing here, why, and what can be done."""
    return {"title": worded(title), "advice": worded(advice), "url": url, "action": worded(action)}


@register.simple_tag
def colon() -> str:
    """Write a colon as the reader's language does."""
    return "：" if active_language().startswith("zh") else ": "


@register.simple_tag
def comma() -> str:
    """Write what stands between the parts of a list as the reader's language does."""
    return formats.between()


@register.inclusion_tag("components/note.html")
def note(title: Words, advice: Words = "", light: str = "blue") -> Values:
    """Show a remark above the content: blue tells, yellow warns, red stops, green confirms."""
    return {"title": worded(title), "advice": worded(advice), "light": light}


@register.inclusion_tag("components/loading.html")
def loading(
    title: Words = "Loading", *, url: str = "", done: int | None = None, of: int | None = None
) -> Values:
    """Show that something is coming; ``url`` fetches it, ``done`` and ``of`` show how far it is."""
    return {"title": worded(title), "url": url, "done": done, "of": of}


@register.inclusion_tag("components/masked.html")
def masked(shown: str, *, url: str = "", name: Words = "") -> Values:
    """Show a masked value; ``url`` takes a POST that reveals it, which is logged."""
    return {"shown": shown or formats.NOTHING, "url": url if shown else "", "name": worded(name)}


@register.inclusion_tag("components/messages.html", takes_context=True)
def messages(context: template.Context) -> Values:
    """Show what the last action brought about, and why it did not if it did not."""
    return {"messages": context.get("messages", ()), "refusal": context.get("refusal", "")}


@register.simple_block_tag
def panel(content: str, title: Words = "", *, note: Words = "", id: str = "") -> SafeString:  # noqa: A002 -- HTML's own word
    """Frame a part of a page: ``{% panel "Orders" %} … {% endpanel %}``."""
    head = (
        format_html(
            '<header class="gm-panel-head"><h2>{}</h2>{}</header>',
            worded(title),
            format_html('<p class="gm-muted">{}</p>', worded(note)) if note else "",
        )
        if title
        else ""
    )
    anchor = format_html(' id="{}"', id) if id else ""
    return format_html(
        '<section class="gm-panel"{}>{}<div class="gm-panel-body">{}</div></section>', anchor, head, content
    )


@register.simple_block_tag(takes_context=True)
def filters(context: template.Context, content: str) -> SafeString:
    """Frame the filters over a table: a GET form that keeps size and sort."""
    request = context.get("request")
    kept: Mapping[str, Any] = request.GET if request is not None else {}
    hidden = format_html_join(
        "",
        '<input type="hidden" name="{}" value="{}">',
        ((name, kept[name]) for name in ("sort", "size", "columns") if kept.get(name)),
    )
    return format_html(
        '<details class="gm-filters" open><summary>{}{}</summary><form method="get" role="search" aria-label="{}">{}{}'
        '<div class="gm-filters-end"><button class="gm-button">{}</button>'
        '<a class="gm-button gm-quiet" href="?">{}</a></div></form></details>',
        icon("filter"),
        translate("Filter"),
        translate("Filter"),
        hidden,
        content,
        translate("Filter"),
        translate("Clear"),
    )


@register.simple_block_tag
def dialog(content: str, id: str, title: Words) -> SafeString:  # noqa: A002 -- HTML's own word
    """Frame a dialog that ``{% button … opens=id %}`` opens."""
    return format_html(
        '<dialog class="gm-dialog" id="{}" aria-labelledby="{}-title"><header class="gm-dialog-head">'
        '<h2 id="{}-title">{}</h2><button type="button" class="gm-icon-button" data-closes aria-label="{}">{}</button>'
        '</header><div class="gm-dialog-body">{}</div></dialog>',
        id,
        id,
        id,
        worded(title),
        translate("Close"),
        icon("x"),
        content,
    )
