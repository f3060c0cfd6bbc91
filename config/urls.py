"""The map of the product: one include per service."""

from allauth.mfa.webauthn.views import add_webauthn
from django.conf import settings
from django.db import transaction
from django.urls import URLPattern, URLResolver, include, path

from auth_app.own_views import sessions
from auth_app.views import set_language
from auth_app.well_known import jwks
from config import api_views, views
from config.api import routes
from observing.views import metrics
from pages.views import set_theme, show_unsent

handler429 = "access.limits.too_many"  # allauth's own limits answer with it too
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path(".well-known/jwks.json", jwks, name="jwks"),
    path("language/", set_language, name="set_language"),
    path("theme/", set_theme, name="set_theme"),
    path("unsent/", show_unsent, name="unsent"),
    path("api/v1/openapi.json", api_views.openapi, name="openapi"),
    path("api/v1/docs", api_views.docs, name="docs"),
    path("api/v1/", include((routes(), "api"))),
    path("accounts/", include("allauth.account.urls")),
    # In one transaction, as allauth adds an app: a key comes with all that it asks for, or not.
    path("accounts/2fa/webauthn/add/", transaction.atomic(add_webauthn), name="mfa_add_webauthn"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", sessions, name="usersessions_list"),
    path("people/", include("auth_app.urls")),
    path("events/", include("messaging.urls")),
    *[
        path(f"{service}/", include(f"{service}_app.urls"))
        for service in settings.SERVICES
        if service != "auth"
    ],
]
