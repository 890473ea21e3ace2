"""The paper that something follows, as a link into the library."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gangmu.core.papers import Follows
from gangmu.kernel.notices.queries import document_followed

register = template.Library()


@register.simple_tag(takes_context=True)
def paper(context: template.Context, follows: Any) -> SafeString | str:
    """Return a paper with its article, linked to where it stands in the library, if it stands there."""
    if not isinstance(follows, Follows):
        return str(follows or "")
    if "request" not in context:
        return follows.in_words
    reader = context["request"].context
    found = document_followed(reader, follows) if reader.may("notices.view") else None
    if found is None:
        return follows.in_words
    document, article = found
    address = reverse("notices-document", args=(document.code,)) + (f"#{article.code}" if article else "")
    return format_html('<a href="{}">{}</a>', address, follows.in_words)
