"""FluxBB (and PunBB 1.2, which it comes from) and PunBB 1.4."""

from __future__ import annotations

from miner.collectors._engines.markup import Marked, Markup

ENGINES = (
    Marked(
        "FluxBB",
        Markup(
            post="div.blockpost[id^='p']",
            body=".postmsg, .postright .postmsg",
            author=".postleft dt strong, dl dt strong",
            date="h2 a, h2",
            link="h2 a[href*='#p']",
            rank="dd.usertitle, .usertitle",
            quote=".quotebox, blockquote",
            drop=".postsignature, .postedit, .codebox h4",
            board=".tclcon h3 a[href*='viewforum'], td.tcl h3 a[href*='viewforum']",
            thread=".tclcon a[href*='viewtopic'], td.tcl a[href*='viewtopic']",
            row="tr",
            stamp="td.tcr a[href*='pid=']",
            next="p.pagelink a[rel=next], .pagelink a.next, link[rel=next]",
            title="ul.crumbs li:last-child strong, #brdmain h1, h1",
            number=r"(?:^p|#p|pid=)(\d+)",
        ),
        signs=(
            (r'<div id="punviewtopic"|<div id="punviewforum"|<div id="punindex"|id="pun\w+" class="pun"', 0.9),
            (r"(?i)powered by\s*(?:<[^>]{1,120}>)?\s*(?:fluxbb|punbb)", 0.4),
            (r'class="[^"]{0,40}\bblockpost\b', 0.4),
        ),
        cookies=r"^(?:pun|flux)_cookie",
    ),
    Marked(
        "PunBB",
        Markup(
            post="div.post[id^='p']:has(.post-entry)",
            body=".entry-content",
            author=".post-author .username a, .post-author .username, .post-byline a, .post-byline strong",
            date=".post-link a.permalink, .posthead .post-link, .post-link",
            link=".post-link a.permalink, a.permalink",
            rank=".usertitle",
            quote=".quotebox, blockquote",
            drop=".sig-content, .lastedit, .codebox strong",
            board="h3.hn a[href*='viewforum'], h3.hn a[href*='/forum']",
            thread="h3.hn a[href*='viewtopic'], h3.hn a[href*='/topic']",
            row=".main-item",
            stamp=".info-lastpost a[href*='pid='], .info-lastpost a",
            next=".paging a[rel=next], .pagelink a[rel=next], link[rel=next]",
            title="h1.main-title, h1",
            number=r"(?:^p|#p|pid=)(\d+)",
        ),
        signs=(
            (r'id="brd-viewtopic"|id="brd-viewforum"|id="brd-index"', 0.9),
            (r"(?i)powered by\s*(?:<[^>]{1,120}>)?\s*punbb", 0.4),
            (r'class="[^"]{0,40}\bpost-entry\b', 0.4),
        ),
    ),
)
