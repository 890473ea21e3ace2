"""What every template finds under ``frame``: who, where, and how the page is to look."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from gangmu.core.text import LANGUAGES
from gangmu.frame import navigation
from gangmu.frame.words import active_language, worded

TYPE_SIZE_COOKIE = "gangmu_type"
LANGUAGE_NAMES = {"zh-hans": "简体中文", "zh-hant": "繁體中文", "en": "English"}


@dataclass(frozen=True)
class Language:
    """A language the reader may switch to, in its own name."""

    code: str
    name: str
    here: bool


class Frame:
    """The surroundings of one page; what a page does not show is not computed."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def site_name(self) -> str:
        """The name of the deployment, as the office chose it, or the product's own."""
        name: str = settings.GANGMU_SITE_NAME
        return name or worded("Gangmu")

    @property
    def demo(self) -> bool:
        """Whether everything here is invented."""
        return bool(getattr(settings, "GANGMU_DEMO", False))

    @property
    def filing_number(self) -> str:
        """The number under which the application is filed; blank means it is not (R-BAN-6)."""
        return str(settings.GANGMU_FILING_NUMBER).strip()

    @property
    def large_type(self) -> bool:
        """Whether the reader asked for large type."""
        return self.request.COOKIES.get(TYPE_SIZE_COOKIE) == "large"

    @property
    def language(self) -> str:
        """The language of this page."""
        return active_language()

    @property
    def language_tag(self) -> str:
        """The language of this page as HTML names it."""
        return {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(self.language, self.language)

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages of the site."""
        return tuple(Language(code, LANGUAGE_NAMES[code], code == self.language) for code in LANGUAGES)

    @property
    def menu(self) -> SafeString:
        """The menu as it stands beside a page."""
        return _menu(self.menus)

    @cached_property
    def menus(self) -> tuple[navigation.Menu, ...]:
        """The menu as this reader sees it."""
        return navigation.menus(self.request)

    @cached_property
    def phone_bar(self) -> tuple[navigation.Link, ...]:
        """The bar at the bottom of a phone."""
        return navigation.phone_bar(self.request)

    @cached_property
    def place(self) -> dict[str, str]:
        """The addresses of the pages the frame itself links to, where they exist."""
        roles = ("home", "search", "account", "sign_in", "sign_out", "feedback", "public_home", "help")
        return {role: navigation.landmark(role) for role in roles}

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        context = getattr(self.request, "context", None)
        return context is not None and context.actor.account_id is not None

    @property
    def name(self) -> str:
        """What the account that is signed in is called."""
        return str(self.request.context.actor.label) if self.signed_in else ""  # type: ignore[attr-defined]


@lru_cache(maxsize=512)
def _menu(menus: tuple[navigation.Menu, ...]) -> SafeString:
    """Return the markup of a menu: sixty links on every page, and the same from one page to the next."""
    return render_to_string("frame/_menu.html", {"menus": menus})


def frame(request: HttpRequest) -> dict[str, Any]:
    """Put the frame into the context of every template."""
    return {"frame": Frame(request)}
