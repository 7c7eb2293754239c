"""What have others done, what is there to use, and what fits here?"""

from __future__ import annotations

from django.apps import AppConfig


class Library(AppConfig):
    name = "keepwell.web.library"
    label = "library"

    def ready(self) -> None:
        """The library stands in the menus; changes are kept on record, without what was written freely."""
        from keepwell.web.audit.registering import keep_changes_of  # noqa: PLC0415 (models are there only now)
        from keepwell.web.library.models import LocalCase, LocalOffer, Shared  # noqa: PLC0415 (as above)
        from keepwell.web.library.presenters import links_of_place, links_of_site  # noqa: PLC0415 (as above)
        from keepwell.web.nhsuk import menus  # noqa: PLC0415 (as above)

        menus.place_menu.append(links_of_place)
        menus.site_menu.append(links_of_site)
        keep_changes_of(LocalCase, but=LocalCase.CONTENT)
        keep_changes_of(LocalOffer, but=LocalOffer.CONTENT)
        keep_changes_of(Shared, but=("content",))
