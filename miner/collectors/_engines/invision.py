"""Invision Power Board 3 and Invision Community 4."""

from __future__ import annotations

from miner.collectors._engines.markup import Marked, Markup

ENGINES = (
    Marked(
        "Invision 4",
        Markup(
            post="article.ipsComment, article[id^='elComment_'], div.ipsComment[data-commentid]",
            body="[data-role=commentContent], .ipsComment_content .ipsType_richText, "
            ".cPost_contentWrap .ipsType_richText",
            author=".ipsComment_author .cAuthorPane_author a, .cAuthorPane_author, .ipsComment_author h3 a, "
            "[itemprop=author] [itemprop=name], .ipsEntry__username",
            date=".ipsComment_meta time[datetime], time[datetime]",
            link="a.ipsType_blendLinks[href*='findComment'], a[href*='do=findComment'], "
            "a[href*='#comment-'], a[href*='#findComment-']",
            rank=".cAuthorGroup_title, .cAuthorPane_info",
            quote="blockquote.ipsQuote",
            drop=".ipsQuote_citation, [data-role=memberSignature], .ipsComment_edited, .ipsType_light em, "
            ".ipsSpoiler_header, "
            ".ipsAttachLink_block, .ipsReportContent",
            board=".ipsDataItem_title a[href*='/forum/'], .cForumRow h4 a, .ipsDataItem_subList a",
            thread=".cTopicList .ipsDataItem_title a[href*='topic'], "
            ".ipsDataItem_title .ipsContained a[href*='topic'], "
            ".ipsDataItem_title a[href*='topic']",
            row=".ipsDataItem, li",
            stamp=".ipsDataItem_lastPoster time[datetime], time[datetime]",
            next="li.ipsPagination_next:not(.ipsPagination_inactive) a, link[rel=next]",
            title="h1.ipsType_pageTitle, h1",
            number=r"(?:elComment_|comment[-=]|findComment-)(\d+)",
        ),
        signs=(
            (r'data-pageapp="forums"|data-pageApp=\'forums\'|ipsApp_front', 0.6),
            (r"\bipsComment\b", 0.4),
            (r"\bipsDataItem\b", 0.4),
            (r"(?i)invision community|powered by invision", 0.3),
        ),
        cookies=r"^ips4_",
    ),
    Marked(
        "IPB 3",
        Markup(
            post="div.post_block, div[id^='post_id_']",
            body="div.post.entry-content, .post.entry-content, .entry-content, [itemprop=commentText]",
            author=".author [itemprop=name], .author a, span.author, h3 .author, .post_username a",
            date="abbr.published, .posted_info abbr, p.posted_info, .posted_info",
            link="a[itemprop=replyToUrl], .post_id a, h3 span.post_id a",
            rank=".group_title, .group_title span",
            quote="blockquote.ipsBlockquote, div.blockquote, .quotemain",
            quote_head="p.citation, .quotetop",
            drop=".signature, p.edit, .edit, .rep_bar, .attach_bar",
            board="td.col_c_forum a[href*='forum'], h4.forum_name a, .forum_name a, .subforums a",
            thread="a.topic_title, a[id^='tid-link-']",
            row="tr",
            stamp="ul.last_post a[href*='lastpost'], .last_post",
            next="li.next a, a[rel=next], link[rel=next]",
            title="h1.ipsType_pagetitle, h1, h2.maintitle",
            number=r"(?:^post_id_|#entry|findpost__p__|[?&;]p=)(\d+)",
        ),
        signs=(
            (r"ipb\.vars\[|ipb\.js|IPBoard", 0.5),
            (r"class='[^']{0,60}\bpost_block\b|class=\"[^\"]{0,60}\bpost_block\b", 0.5),
            (r"class=['\"]topic_title['\"]|id=['\"]tid-link-\d+", 0.4),
            (r"(?i)ip\.board|invision power (?:board|services)", 0.3),
            (r"col_c_forum", 0.4),
        ),
        cookies=r"^(?:ipb_|session_id$)",
    ),
)
