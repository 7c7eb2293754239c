"""What can be done here? Every address of the site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("keepwell.web.accounts.urls")),
    path("", include("keepwell.web.home.urls")),
    path("", include("keepwell.web.administration.urls")),
    path("", include("keepwell.web.measuring.urls")),
    path("", include("keepwell.web.comparing.urls")),
    path("", include("keepwell.web.assessments.urls")),
    path("", include("keepwell.web.library.urls")),
    path("", include("keepwell.web.plans.urls")),
    path("", include("keepwell.web.designing.urls")),
    path("", include("keepwell.web.following.urls")),
    path("", include("keepwell.web.alignment.urls")),
    path("", include("keepwell.web.papers.urls")),
    path("", include("keepwell.web.support.urls")),
    path("", include("keepwell.web.flexible.urls")),
    path("", include("keepwell.web.dashboards.urls")),
    path("", include("keepwell.web.uploads.urls")),
]

handler400 = "keepwell.web.nhsuk.views.not_understood"
handler404 = "keepwell.web.nhsuk.views.not_found"
handler429 = "keepwell.web.accounts.views.too_many"
handler500 = "keepwell.web.nhsuk.views.broken"
