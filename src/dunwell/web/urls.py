"""Every address of the app: each screen file lists its own. A view names the role it needs (``access.screen``)."""

from django.urls import URLPattern

from dunwell.web.screens import (
    audit,
    cases,
    customers,
    figures,
    holds,
    importing,
    law,
    letters,
    matching,
    people,
    policy,
    session,
    settings,
    texts,
    today,
    welcome,
)

_SCREENS = (
    welcome, today, letters, texts, customers, holds, cases, importing, matching, figures, policy, law, audit, people,
    settings, session,
)  # fmt: skip

urlpatterns: list[URLPattern] = [address for screen in _SCREENS for address in screen.URLS]

handler400 = "dunwell.web.errors.bad_request"
handler404 = "dunwell.web.errors.not_found"
handler500 = "dunwell.web.errors.server_error"
