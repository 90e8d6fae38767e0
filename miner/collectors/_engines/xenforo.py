"""XenForo 1 and 2."""

from __future__ import annotations

from miner.collectors._engines.markup import Marked, Markup

ENGINES = (
    Marked(
        "XenForo 2",
        Markup(
            post="article.message--post, article.message[data-content^='post-']",
            body=".message-content .bbWrapper, .message-body .bbWrapper, .bbWrapper",
            author=".message-name .username, .message-name, a.username",
            date=".message-attribution time[datetime], time.u-dt[datetime], time[datetime]",
            link=".message-attribution-opposite a[href*='post'], .message-attribution-main a[href*='post'], "
            "a[href*='/post-'], a[href*='#post-'], .u-concealed[href*='post']",
            rank=".userTitle, .userBanner, .message-userTitle",
            quote="blockquote.bbCodeBlock--quote, div.bbCodeBlock--quote",
            drop=".message-signature, .message-lastEdit, .bbCodeBlock-expandLink, .bbCodeBlock-title, "
            ".js-selectToQuoteEnd, "
            ".message-attachments, .adsbygoogle",
            board=".node-title a, .subNodeLink",
            thread=".structItem-title a[href*='threads/'], .structItem-title a[data-tp-primary]",
            row=".structItem",
            stamp=".structItem-latestDate, .structItem-cell--latest time",
            next="a.pageNav-jump--next, link[rel=next]",
            title="h1.p-title-value, h1",
            number=r"(?:post-)(\d+)",
        ),
        signs=(
            (r'<html[^>]{0,200}\bid="XF"', 0.9),
            (r"data-template=\"(?:thread_view|forum_view|forum_list|category_view)", 0.5),
            (r'class="[^"]{0,80}\bstructItem\b', 0.4),
            (r"message--post", 0.5),
            (r"(?i)community platform by xenforo|forum software by xenforo", 0.3),
        ),
        cookies=r"^xf_",
    ),
    Marked(
        "XenForo 1",
        Markup(
            post="li.message[id^='post-']",
            body=".messageContent .messageText, blockquote.messageText",
            author=".messageUserInfo .username, .userText .username, a.username",
            date=".messageMeta .DateTime, abbr.DateTime, span.DateTime",
            link=".messageMeta a.datePermalink, a.postNumber, a.hashPermalink",
            rank=".userTitle, .userBanner",
            quote=".bbCodeQuote",
            drop=".signature, .editDate, .messageTextEndMarker, .attachedFiles, .quoteExpand",
            board=".nodeTitle a",
            thread=".discussionListItem .title a.PreviewTooltip, .discussionListItem h3.title a:not(.prefixLink)",
            row=".discussionListItem",
            stamp=".lastPost .DateTime, .lastPostInfo .DateTime, .lastPostInfo a.dateTime",
            next="link[rel=next], .PageNav nav a.text:last-of-type",
            title="h1",
            number=r"(?:post-|posts/)(\d+)",
        ),
        signs=(
            (r'<html[^>]{0,200}\bid="XenForo"', 0.9),
            (r'class="[^"]{0,80}\bdiscussionListItem\b', 0.4),
            (r'class="messageText', 0.4),
            (r"(?i)xenforo", 0.2),
        ),
        cookies=r"^xf_",
    ),
)
