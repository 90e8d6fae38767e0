"""Simple Machines Forum 2."""

from __future__ import annotations

from miner.collectors._engines.markup import Marked, Markup

ENGINES = (
    Marked(
        "SMF 2",
        Markup(
            post="div.post_wrapper",
            body="div.inner[id^='msg_'], .post .inner, div.inner",
            author=".poster h4 a, .poster h4",
            date=".keyinfo .smalltext, .keyinfo .postinfo, .postinfo a, .keyinfo div.smalltext",
            link=".keyinfo h5 a[href*='msg'], .keyinfo h5 a, .postinfo a[href*='msg'], .keyinfo a[href*='msg']",
            rank=".poster .membergroup, .poster .postgroup, .membergroup",
            quote="blockquote.bbc_standard_quote, blockquote.bbc_alternate_quote, blockquote",
            quote_head=".quoteheader, .topslice_quote, .quotefooter",
            drop=".signature, .modified, .smalltext.modified, .attachments, .codeheader",
            board="a.subject[href*='board='], a.subject.mobile_subject, .info a.subject, "
            "td.info a[name^='b'], .children a[href*='board=']",
            thread="span[id^='msg_'] a[href*='topic='], .subject span a[href*='topic='], "
            ".message_index_title a[href*='topic=']",
            row="tr, .windowbg",
            stamp=".lastpost a[href*='msg'], td.lastpost a",
            next="link[rel=next], a.nav_page.next_page, .pagelinks a.next_page",
            title="#forumposts h3.catbg, h2.display_title, h1",
            number=r"(?:msg_?|#msg)(\d+)",
        ),
        signs=(
            (r"smf_theme_url|smf_default_theme_url|smf_scripturl", 0.8),
            (r"(?i)powered by smf|simple machines forum|simplemachines\.org", 0.3),
            (r'class="post_wrapper"', 0.4),
            (r"index\.php\?(?:topic|board)=\d+\.\d+", 0.2),
        ),
        cookies=r"^SMFCookie",
    ),
)
