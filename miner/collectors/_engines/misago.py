"""Misago and Spirit, forums written in Python."""

from __future__ import annotations

from miner.collectors._engines.markup import Marked, Markup

ENGINES = (
    Marked(
        "Misago",
        Markup(
            post="li.post[id^='post-']",
            body="article.misago-markup, .post-body .misago-markup",
            author=".post-side [itemprop=author], .post-side .item-title, [itemprop=author]",
            date=".post-heading time[datetime], time[datetime]",
            link=".post-heading a.posted-on, .post-heading a[href*='/post/']",
            rank=".user-title",
            quote="aside.quote-block, blockquote",
            drop=".quote-heading, .post-attachments, .post-footer",
            board=".category-main h4 a, a.btn-subcategory, "
            ".subcategories-list a, .list-group-category .media-heading a",
            thread="a.threads-list-item-title",
            row="li.threads-list-item",
            stamp="a.threads-list-item-last-activity",
            # The list's own anchor names a page that doesn't exist; the link in the head is right.
            next="link[rel=next]",
            title="h1",
            number=r"post-(\d+)",
        ),
        signs=(
            (r"misago-root|misago-markup|/static/misago/", 0.6),
            (r"window\.misago|misago\.init", 0.3),
            (r'class="[^"]{0,60}\bthreads-list-item\b', 0.3),
        ),
    ),
    Marked(
        "Spirit",
        Markup(
            post="div.comments_list__comment[data-pk]",
            body=".comment__text",
            author=".comment__info__username__link span, .comment__info__username a",
            date=".comment__info__date li[title]",
            link=".comment__info__number a, a.comment__number",
            quote="blockquote",
            drop=".poll",
            board=".categories_list__category__title a, .category__title a, .layout__categories a[href*='/category/'], "
            "a[href*='/category/'][href$='/']",
            thread=".topic__title a.topic__link, a.topic__link",
            row=".layout__topics__topic",
            stamp=".topic__date",
            next="a[rel=next], .paginator a.next, .paginator__next a",
            title="h1, .topic__head h1, h2.headline",
            number=r"^(\d+)$",
        ),
        signs=(
            (r"comments_list__comment", 0.6),
            (r"layout__topics__topic", 0.6),
            (r"comment__info__username__link", 0.3),
            (r"/static/spirit/", 0.4),
        ),
    ),
)
