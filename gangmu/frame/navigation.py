"""What stands in the menu: rooms register their pages here, readers see those they may open."""

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter

from django.http import HttpRequest

from gangmu.frame.figures import Tab
from gangmu.frame.links import address
from gangmu.frame.words import worded

Count = Callable[[HttpRequest], int | None]


@dataclass(frozen=True)
class Section:
    """A group of pages in the menu."""

    code: str
    title: str
    icon: str
    order: int


@dataclass(frozen=True)
class Entry:
    """One page in the menu; ``count`` says how much is waiting there, ``also`` which routes are the same page."""

    section: str
    title: str
    url_name: str
    permission: str | None
    order: int
    icon: str
    on_phone_bar: bool
    count: Count | None
    also: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """A page of the menu as one reader sees it now."""

    title: str
    url: str
    icon: str
    here: bool
    count: int | None


@dataclass(frozen=True)
class Menu:
    """A section of the menu as one reader sees it now."""

    title: str
    icon: str
    links: tuple[Link, ...]

    @property
    def here(self) -> bool:
        """Whether the reader stands on one of these pages."""
        return any(link.here for link in self.links)


@dataclass
class _Registry:
    sections: dict[str, Section] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    landmarks: dict[str, str] = field(default_factory=dict)


_registry = _Registry()


def add_section(code: str, title: str, icon: str, order: int) -> None:
    """Put a section into the menu."""
    _registry.sections[code] = Section(code, title, icon, order)


def add_menu(
    section: str,
    title: str,
    url_name: str,
    permission: str | None = None,
    order: int = 100,
    *,
    icon: str = "point",
    phone: bool = False,
    count: Count | None = None,
    also: tuple[str, ...] = (),
) -> None:
    """Put a page into the menu, for those who hold ``permission`` anywhere.

    ``phone`` puts it onto the bar at the bottom of a phone as well; ``also`` are the routes to which
    it sends the reader on. A page is listed once: adding it again replaces it.
    """
    if section not in _registry.sections:
        raise ValueError(f"there is no section {section!r} in the menu: {', '.join(_registry.sections)}")
    _registry.entries[url_name] = Entry(section, title, url_name, permission, order, icon, phone, count, also)


def add_landmark(role: str, url_name: str) -> None:
    """Say which page plays a part the frame itself links to.

    Roles: ``home``, ``search``, ``account``, ``sign_in``, ``sign_out``, ``feedback``,
    ``public_home``, ``help``.
    """
    _registry.landmarks[role] = url_name


def landmark(role: str) -> str:
    """Return the address of the page that plays this part, or nothing."""
    name = _registry.landmarks.get(role)
    return address(name) if name else ""


def may_open(request: HttpRequest, permission: str | None) -> bool:
    """Whether the reader may open a page that asks for ``permission``."""
    if permission is None:
        return True
    context = getattr(request, "context", None)
    return context is not None and bool(context.may(permission))


def _link(request: HttpRequest, entry: Entry, nearest: str) -> Link:
    return Link(
        title=worded(entry.title),
        url=address(entry.url_name),
        icon=entry.icon,
        here=entry.url_name == nearest,
        count=_counted(request, entry),
    )


def _counted(request: HttpRequest, entry: Entry) -> int | None:
    """Return how much waits at a page; asked once a request, for the menu and the phone's bar alike."""
    if entry.count is None:
        return None
    known: dict[str, int | None] = request.__dict__.setdefault("menu_counts", {})
    if entry.url_name not in known:
        known[entry.url_name] = entry.count(request)
    return known[entry.url_name]


def _nearest(request: HttpRequest, entries: list[Entry]) -> str:
    """Return the page of the menu that the reader stands on or below."""
    route = request.resolver_match.url_name if request.resolver_match else ""
    for entry in entries:
        if route in entry.also:
            return entry.url_name
    above = [(len(url), e.url_name) for e in entries if request.path.startswith(url := address(e.url_name))]
    return max(above)[1] if above else ""


def menus(request: HttpRequest) -> tuple[Menu, ...]:
    """Return the menu as this reader sees it: sections in order, empty ones left out."""
    entries = sorted(_registry.entries.values(), key=attrgetter("order", "title"))
    visible = [entry for entry in entries if may_open(request, entry.permission)]
    nearest = _nearest(request, visible)
    found = []
    for section in sorted(_registry.sections.values(), key=attrgetter("order")):
        links = tuple(_link(request, entry, nearest) for entry in visible if entry.section == section.code)
        if links:
            found.append(Menu(worded(section.title), section.icon, links))
    return tuple(found)


def phone_bar(request: HttpRequest) -> tuple[Link, ...]:
    """Return what stands at the bottom of a phone: at most four pages, the menu is the fifth."""
    entries = sorted(_registry.entries.values(), key=attrgetter("order"))
    visible = [entry for entry in entries if entry.on_phone_bar and may_open(request, entry.permission)][:4]
    nearest = _nearest(request, visible)
    return tuple(_link(request, entry, nearest) for entry in visible)


add_section("desk", "Workbench", "layout-dashboard", 10)
add_section("duties", "Duties and orders", "checklist", 20)
add_section("records", "Records", "notebook", 30)
add_section("orgs", "Organizations", "sitemap", 40)
add_section("people", "Members and people", "users", 50)
add_section("inspections", "Supervision and inspection", "eyeglass", 60)
add_section("results", "Indicators and appraisal", "chart-bar", 70)
add_section("notices", "Notices and documents", "speakerphone", 80)
add_section("system", "System", "settings", 90)


@dataclass(frozen=True)
class _TabEntry:
    title: str
    url_name: str
    permission: str
    order: int


_tabs: dict[str, dict[str, _TabEntry]] = {}


def add_tab(thing: str, title: str, url_name: str, permission: str, order: int) -> None:
    """Add a view of a thing, such as ``org``, to those that the thing's page leads to.

    The route takes the thing's id as its one argument. Adding it again replaces it.
    """
    _tabs.setdefault(thing, {})[url_name] = _TabEntry(title, url_name, permission, order)


def tabs_of(request: HttpRequest, thing: str, key: int, path: str, here: str) -> list[Tab]:
    """Return the views of a thing at a place that this reader may open, in order."""
    context = request.context  # type: ignore[attr-defined]
    entries = sorted(_tabs.get(thing, {}).values(), key=attrgetter("order"))
    return [
        Tab(worded(entry.title), address(entry.url_name, key), entry.url_name == here)
        for entry in entries
        if context.may(entry.permission, path)
    ]
