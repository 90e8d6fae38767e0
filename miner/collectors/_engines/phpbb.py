"""phpBB 3 (prosilver and its children) and phpBB 2 (subSilver)."""

from __future__ import annotations

from miner.collectors._engines.markup import Marked, Markup

ENGINES = (
    Marked(
        "phpBB 3",
        Markup(
            post="div.post[id^='p'], article.post[id^='p']",
            body="div.content, .post-text, .postbody .content",
            author=".postprofile a.username, .postprofile a.username-coloured, .postprofile span.username, "
            ".postprofile span.username-coloured, p.author a.username, p.author a.username-coloured, "
            ".author strong, .author .username, .postprofile dt",
            date="p.author time[datetime], .author time[datetime], time[datetime], p.author, .author",
            link="h3 a[href*='#p'], p.author a[href*='#p'], a[href*='viewtopic'][href*='#p'], h3 a[href^='#p']",
            rank=".profile-rank, .postprofile",
            quote="blockquote",
            drop=".signature, .notice, .attachbox, .inline-attachment .file, dl.file, .rules, .codebox > p, "
            ".post-buttons",
            board="a.forumtitle, a.subforum",
            thread="a.topictitle",
            row="li.row, tr",
            stamp=".lastpost a[href*='p='], dd.lastpost a",
            next="li.arrow.next a, li.next a, a.right-box.right[rel=next], .pagination a[rel=next], link[rel=next]",
            title="h2.topic-title, h2, h3",
            number=r"(?:^p|#p|[?&]p=)(\d+)",
        ),
        signs=(
            (r'<body[^>]{0,200}\bid="phpbb"', 0.9),
            (r"(?i)powered by\s*(?:<[^>]{1,120}>)?\s*phpbb", 0.4),
            (r"viewtopic\.php\?", 0.2),
            (r'class="[^"]{0,60}\bpostprofile\b', 0.4),
            (r'class="topictitle"', 0.2),
            (r"prosilver", 0.3),
        ),
        cookies=r"^phpbb3?_",
    ),
    Marked(
        "phpBB 2",
        Markup(
            # A post is a row with the name cell; the text stands in the same row, date and link above it.
            post="tr:has(> td > span.name)",
            body="td:has(> span.postbody), span.postbody",
            author="span.name b, span.name",
            date="span.postdetails",
            link="a[href*='viewtopic.php'][href*='p=']",
            rank="td span.postdetails",
            quote="table:has(td.quote), td.quote",
            drop="span.gensmall",
            board="a.forumlink",
            thread="a.topictitle",
            row="tr",
            stamp="span.postdetails a[href*='p=']",
            next="a[rel=next], link[rel=next]",
            title="a.maintitle, .maintitle",
            number=r"(?:#|[?&]p=)(\d+)",
        ),
        signs=(
            (r"(?i)powered by\s*(?:<[^>]{1,120}>)?\s*phpbb</a>?\s*2", 0.5),
            (r'class="postbody"[^>]{0,20}>', 0.3),
            (r'<span class="name">', 0.5),
            (r'class="maintitle"', 0.3),
            (r"viewtopic\.php\?", 0.1),
            (r'class="forumlink"', 0.4),
            (r'class="topictitle"', 0.1),
        ),
        cookies=r"^phpbb2?mysql",
    ),
)
