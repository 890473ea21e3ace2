"""The gallery as a site of its own process: its routes, and its menu filled."""

from tests.frame import gallery
from tests.frame.gallery import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

gallery.fill_menu()
