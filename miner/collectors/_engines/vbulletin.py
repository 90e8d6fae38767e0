"""vBulletin 3, 4 and 5."""

from __future__ import annotations

from miner.collectors._engines.markup import Marked, Markup

ENGINES = (
    Marked(
        "vBulletin 3",
        Markup(
            post="table[id^='post']",
            body="div[id^='post_message_']",
            author="a.bigusername, div[id^='postmenu_']",
            date="td.thead div.normal, td.thead, .postdate",
            link="a[id^='postcount'], a[href*='showpost.php'], a[href*='showthread.php'][href*='#post']",
            rank="div.smallfont",
            quote="div:has(> table td.alt2)",
            drop="div.signature",
            board="a[href*='forumdisplay.php'] strong, td[id^='f'] a[href*='forumdisplay.php'], "
            "a[href*='forumdisplay.php']:has(strong)",
            thread="a[id^='thread_title_']",
            row="tr",
            stamp="a[href*='#post'], a[href*='goto=lastpost'], td[title]",
            next="a[rel=next], link[rel=next]",
            title="td.navbar strong, h1",
            number=r"(?:^post_?|#post|post_message_)(\d+)",
        ),
        signs=(
            (r'(?i)<meta name="generator" content="vBulletin 3', 0.9),
            (r"vBulletin_init|vbulletin_global\.js|vbulletin_menu\.js", 0.4),
            (r'id="post_message_\d+"', 0.3),
            (r'class="bigusername"', 0.4),
            (r'id="thread_title_\d+"', 0.2),
            (r'class="tborder"', 0.2),
        ),
        cookies=r"^bb(?:sessionhash|lastvisit)$",
    ),
    Marked(
        "vBulletin 4",
        Markup(
            post="li[id^='post_'].postbit, li[id^='post_'].postbitlegacy, li[id^='post_'].postcontainer, "
            "li.postbit[id^='post']",
            body="blockquote.postcontent, div.content blockquote, .postcontent",
            author="a.username strong, .username_container .username, .username strong, .username",
            date=".postdate .date, .postdate",
            link="a.postcounter, a[name^='post']",
            rank=".usertitle",
            quote="div.bbcode_container:has(.bbcode_quote), .bbcode_quote",
            drop=".bbcode_description, .postlastedited, .lastedited, .signature, .after_content, .attachments",
            board="h2.forumtitle a, .forumtitle a, .subforum a",
            thread="a.title[id^='thread_title_'], a[id^='thread_title_']",
            row="li.threadbit, li",
            stamp="a.lastpostdate, a[href*='#post'], .threadlastpost",
            next="a[rel=next], link[rel=next]",
            title="span.threadtitle, h1",
            number=r"(?:^post_?|#post|post_message_)(\d+)",
        ),
        signs=(
            (r'(?i)<meta name="generator" content="vBulletin 4', 0.9),
            (r"vbulletin-core\.js", 0.4),
            (r'class="[^"]{0,40}\bpostbit(?:legacy)?\b', 0.4),
            (r"blockquote class=\"postcontent", 0.4),
            (r'class="[^"]{0,40}\bthreadbit\b', 0.4),
            (r'class="forumtitle"', 0.2),
        ),
        cookies=r"^bb_?(?:sessionhash|lastvisit)$",
    ),
    Marked(
        "vBulletin 5",
        Markup(
            post="li.b-post[data-node-id]",
            body=".js-post__content-text, .b-post__content-text, [itemprop=text]",
            author="[itemprop=author] [itemprop=name], .author a, .b-userinfo__details .author",
            date="time[datetime], .b-post__timestamp",
            link="a.b-post__count, a.js-show-post-link, .b-post__timestamp a",
            rank=".usertitle",
            quote=".bbcode_container:has(.bbcode_quote), .bbcode_quote",
            drop=".b-post__edit-reason, .b-post__footer, .b-post__signature, .post-signature, .b-post__attachments",
            board="a.forum-title, .forum-list-container a.forum-title",
            thread="a.topic-title, .topic-list-container a.topic-title",
            row="tr, li",
            stamp=".lastpost-date, .lastpost a, time[datetime]",
            next="a[rel=next], link[rel=next], a.right-arrow, a.b-icon__arrow-right-dark",
            title="h1.main-title, h1",
            number=r"(\d+)\D*$",
        ),
        signs=(
            (r'(?i)<meta name="generator" content="vBulletin 5', 0.9),
            (r'class="[^"]{0,80}\bb-post\b', 0.5),
            (r"vb-icon|vb_meta_bburl|vBulletin\.", 0.3),
            (r'class="topic-title|class="forum-title|class="[^"]{0,40}js-topic-title', 0.4),
        ),
    ),
)
