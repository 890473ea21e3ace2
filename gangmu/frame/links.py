"""Addresses of pages, as hundreds of cells of one page write them."""

from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from django.urls import get_script_prefix, reverse


def address(name: str, *args: Any, **given: Any) -> str:
    """Return the address of a page with what is asked of it; what is empty is left out."""
    query = "&".join(
        f"{key}={_quoted(str(value))}" for key, value in given.items() if value not in ("", None)
    )
    path = _path(name, args, get_script_prefix())
    return f"{path}?{query}" if query else path


_quoted = lru_cache(maxsize=4096)(quote_plus)


@lru_cache(maxsize=4096)
def _path(name: str, args: tuple[Any, ...], prefix: str) -> str:
    """Return a page's path below a prefix: looking it up takes longer than all the rest of a cell."""
    return reverse(name, args=args)
