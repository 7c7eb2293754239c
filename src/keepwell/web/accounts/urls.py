"""The addresses of signing in and of one's own account.

Of allauth only what is needed and drawn here: nobody signs up, confirms an address or changes one by its pages. The
names are allauth's where it leads to them itself.
"""

from __future__ import annotations

from django.urls import path

from keepwell.web.accounts import own_views, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-in/code/", views.second_step, name="mfa_authenticate"),
    path("sign-out/", views.sign_out, name="account_logout"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("password/forgotten/", views.forgotten, name="account_reset_password"),
    path("password/forgotten/sent/", views.password_asked, name="password_asked"),
    path("password/new/<str:token>/", views.new_password, name="new_password"),
    path("account/", own_views.my_account, name="my_account"),
    path("account/password/", own_views.change_password, name="change_password"),
    path("account/confirm/", own_views.confirm, name="account_reauthenticate"),
    path("account/confirm/code/", own_views.confirm_by_code, name="mfa_reauthenticate"),
    path("two-factor/", own_views.second_step_on, name="mfa_activate_totp"),
    path("two-factor/off/", own_views.second_step_off, name="mfa_deactivate_totp"),
    path("two-factor/recovery-codes/", own_views.recovery_codes, name="mfa_view_recovery_codes"),
    path("two-factor/recovery-codes/new/", own_views.new_recovery_codes, name="mfa_generate_recovery_codes"),
]
