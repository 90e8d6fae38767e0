"""MyBB."""

from __future__ import annotations

from miner.collectors._engines.markup import Marked, Markup

ENGINES = (
    Marked(
        "MyBB",
        Markup(
            post="div.post[id^='post_'], table[id^='post_']",
            body=".post_body[id^='pid_'], .post_body",
            author=".author_information strong .largetext a, .author_information .largetext, "
            ".author_information a, .largetext a",
            date=".post_head .post_date, .post_date",
            link=".post_head .float_right strong a, .post_head a[id^='post_url'], "
            "strong a[id^='post_link'], a[href*='#pid']",
            rank=".author_information .smalltext, .author_statistics",
            quote="blockquote.mycode_quote, blockquote",
            drop=".signature, .post_meta, .post_edit, .edited_post, .codeblock .title",
            board="td[class^='trow'] strong a[href*='forumdisplay'], "
            "td[class^='trow'] strong a[href*='forum-'], .sub_forums a",
            thread="span[id^='tid_'] a, .subject_new a, .subject_old a, a[id^='tid_']",
            row="tr.inline_row, tr",
            stamp=".lastpost",
            next="a.pagination_next, link[rel=next]",
            title="td.thead strong, .thead strong, h1",
            number=r"(?:^post_|pid_?|#pid)(\d+)",
        ),
        signs=(
            (r"(?i)powered by\s*(?:<[^>]{1,120}>)?\s*mybb", 0.5),
            (r"jscripts/general\.js|MyBB\.|my_post_key", 0.5),
            (r'class="[^"]{0,40}\bpost_body\b', 0.3),
            (r'id="tid_\d+"', 0.4),
        ),
        cookies=r"^mybb\[",
    ),
)
