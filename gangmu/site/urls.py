"""Every route of the site; each room's pages stand in one line."""

from django.urls import URLPattern, URLResolver, include, path

from gangmu.site.api import api
from gangmu.site.pages import set_preferences

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("gangmu.desk.pages")),
    path("", include("gangmu.kernel.access.pages")),
    path("", include("gangmu.kernel.orgs.pages")),
    path("preferences", set_preferences, name="frame-preferences"),
    path("api/", api.urls),
]

handler404 = "gangmu.site.pages.not_found"
handler500 = "gangmu.site.pages.failed"
