"""Of the posts we have, what share is empty?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio


def vacancy_rate(posts: ibis.Table) -> ibis.Table:
    """Posts without staff as a share of all posts, in full-time equivalents at a month's end.

        (posts FTE - staff in post FTE) / posts FTE

    Below nought where more are in post than there are posts. Posts are those of the establishment, which
    organisations keep in different ways; who fills a post for a time, from the bank or an agency, is not seen.
    Groups without posts have no rate.

    Input: posts_fte and staff_in_post_fte. Columns: adds vacancies_fte, and vacancy_rate, a fraction.
    Source: NHS Vacancy Statistics (NHS England); StatsWales for the formula and for rates below nought.
    """
    vacancies = posts.posts_fte - posts.staff_in_post_fte
    return posts.mutate(vacancies_fte=vacancies, vacancy_rate=ratio(vacancies, posts.posts_fte))
