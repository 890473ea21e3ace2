"""Every route of the site; each room's pages stand in one line."""

from django.urls import URLPattern, URLResolver, include, path

from gangmu.site.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("gangmu.desk.pages")),
    path("", include("gangmu.desk.leader.pages")),
    path("", include("gangmu.desk.thread.pages")),
    path("", include("gangmu.kernel.access.pages")),
    path("", include("gangmu.kernel.orgs.pages")),
    path("", include("gangmu.kernel.files.pages")),
    path("", include("gangmu.kernel.guard.pages")),
    path("", include("gangmu.kernel.inbox.pages")),
    path("", include("gangmu.kernel.notices.pages")),
    path("", include("gangmu.kernel.quality.pages")),
    path("", include("gangmu.work.records.pages")),
    path("", include("gangmu.work.ledgers.pages")),
    path("", include("gangmu.work.burden.pages")),
    path("", include("gangmu.work.standards.pages")),
    path("", include("gangmu.work.selfchecks.pages")),
    path("", include("gangmu.work.programmes.pages")),
    path("", include("gangmu.work.plans.pages")),
    path("", include("gangmu.results.assessment.pages")),
    path("", include("gangmu.results.honours.pages")),
    path("", include("gangmu.results.reports.pages")),
    path("", include("gangmu.kernel.imports.pages")),
    path("", include("gangmu.kernel.people.pages")),
    path("", include("gangmu.kernel.offices.pages")),
    path("", include("gangmu.frame.pages")),
    path("api/", api.urls),
]

handler400 = "gangmu.frame.problems.bad_request"
handler403 = "gangmu.frame.problems.not_allowed"
handler404 = "gangmu.frame.problems.not_found"
handler500 = "gangmu.frame.problems.failed"
