"""People and what they may do."""

from __future__ import annotations

from django.apps import AppConfig


class Accounts(AppConfig):
    name = "keepwell.web.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from keepwell.web.accounts.presenters import links_of_account  # noqa: PLC0415 (models are there only now)
        from keepwell.web.nhsuk import menus  # noqa: PLC0415 (as above)

        menus.account_menu.append(links_of_account)
