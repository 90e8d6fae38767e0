"""Pages of forum engines, written after their documented markup: a board and two pages of a thread each.

Every engine tells the same talk, so that one expectation holds for all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

FIRST = "Надоело ждать ответа.<br />Третий месяц без работы."
SECOND = "У меня то же самое, <b>никто</b> не звонит."
THIRD = "Хочу курсы рядом с домом."
AD = "Купите слона"


@dataclass
class Forum:
    """``pages`` by path; ``start`` is the board's path; ``ids`` are the posts' numbers on the forum."""

    pages: dict = field(default_factory=dict)
    start: str = "/"
    ids: tuple = ("101", "102", "103")
    cookies: tuple = ()


def page(body, *, head="", attributes="", html=""):
    return f"<!DOCTYPE html><html lang='ru' {html}><head><title>Форум</title>{head}</head><body {attributes}>{body}</body></html>"


def phpbb3():
    def post(number, author, date, text, extra="", rank=""):
        return f"""<div id="p{number}" class="post has-profile bg2"><div class="inner">
        <dl class="postprofile" id="profile{number}"><dt class="has-profile-rank"><div class="avatar-container"></div>
        <a href="./memberlist.php?mode=viewprofile&amp;u=2" class="username">{author}</a></dt>
        <dd class="profile-rank">{rank}</dd><dd class="profile-posts">Сообщения: 5</dd></dl>
        <div class="postbody"><div id="post_content{number}"><h3><a href="#p{number}">Re: Ждём</a></h3>
        <p class="author"><a class="unread" href="./viewtopic.php?p={number}&amp;sid=0a1b2c3d4e5f60718293a4b5c6d7e8f9#p{number}">Сообщение</a>
        <span class="responsive-hide"><strong><a href="#" class="username">{author}</a></strong> » </span>{date}</p>
        <div class="content">{text}</div>{extra}<div id="sig{number}" class="signature">Моя подпись</div></div></div></div></div>"""

    quote = '<blockquote><div><cite>Света <a href="./viewtopic.php?p=101#p101" data-post-id="101">писал(а):</a></cite>Надоело ждать</div></blockquote>'
    head = '<body id="phpbb" class="nojs notouch section-viewtopic ltr">'
    foot = (
        "<div class='copyright'>Powered by <a href='https://www.phpbb.com/'>phpBB</a>&reg; Forum Software</div></body>"
    )
    row = """<ul class="topiclist topics"><li class="row bg1"><dl><dt><div class="list-inner">
      <a href="./viewtopic.php?f=2&amp;t=7&amp;sid=0a1b2c3d4e5f60718293a4b5c6d7e8f9" class="topictitle">Ждём</a></div></dt>
      <dd class="posts">2</dd><dd class="views">500</dd><dd class="lastpost"><span>Олег
      <a href="./viewtopic.php?f=2&amp;t=7&amp;p=103&amp;sid=0a1b#p103">вчера</a></span></dd></dl></li></ul>"""
    title = '<h2 class="topic-title"><a href="./viewtopic.php?t=7">Ждём</a></h2>'
    pages = '<div class="pagination"><ul><li class="active"><span>1</span></li><li class="arrow next"><a class="button" href="./viewtopic.php?f=2&amp;t=7&amp;sid=0a1b&amp;start=2" rel="next">След.</a></li></ul></div>'
    ad = f'<div class="post bg1"><div class="postbody"><div class="content">{AD}</div></div></div>'
    return Forum(
        {
            "/forum/viewforum.php?f=2": f"<html>{head}{row}{foot}</html>",
            "/forum/viewtopic.php?t=7": f"<html>{head}{title}{post(101, 'Света', '12 янв 2024, 15:40', FIRST)}{ad}{post(102, 'Олег', '13 янв 2024, 09:05', quote + SECOND, '<div class=notice>Последний раз редактировалось Олег 13 янв 2024, 10:00, всего редактировалось 1 раз.</div>')}{pages}{foot}</html>",
            "/forum/viewtopic.php?t=7&start=2": f"<html>{head}{title}{post(103, 'Админ', 'вчера, 15:40', THIRD, rank='Администратор')}{foot}</html>",
        },
        "/forum/viewforum.php?f=2",
    )


def phpbb2():
    def post(number, author, date, text):
        return f"""<tr><td width="150" align="left" valign="top" class="row1"><span class="name"><a name="{number}"></a><b>{author}</b></span><br />
        <span class="postdetails">Гость<br />Сообщения: 12</span></td>
        <td class="row1" width="100%" height="28" valign="top"><table width="100%"><tr><td width="100%">
        <a href="viewtopic.php?p={number}&amp;sid=0a1b#{number}"><img src="templates/subSilver/images/icon_minipost.gif" alt="Сообщение" /></a>
        <span class="postdetails">Добавлено: {date}<span class="gen">&nbsp;</span> &nbsp; &nbsp;Заголовок сообщения: Ждём</span></td></tr>
        <tr><td colspan="2"><hr /></td></tr><tr><td colspan="2"><span class="postbody">{text}</span>
        <span class="postbody"><br />_________________<br />Моя подпись</span><span class="gensmall"></span></td></tr></table></td></tr>
        <tr><td class="row1"><span class="nav"><a href="#top" class="nav">Вернуться к началу</a></span></td><td class="row1"></td></tr>"""

    def whole(body, pages=""):
        return page(
            f"""<table class="bodyline"><tr><td><table><tr><td><a class="maintitle" href="viewtopic.php?t=7&amp;sid=0a1b">Ждём</a></td></tr></table>
        <span class="nav">{pages}</span><table class="forumline" width="100%"><tr><th class="thLeft">Автор</th><th>Сообщение</th></tr>{body}</table>
        <div class="copyright">Powered by <a href="http://www.phpbb.com/" class="copyright">phpBB</a> 2.0.23</div></td></tr></table>"""
        )

    quote = '</span><table width="90%" cellspacing="1" align="center"><tr><td><span class="genmed"><b>Света писал(а):</b></span></td></tr><tr><td class="quote">Надоело ждать</td></tr></table><span class="postbody">'
    board = page(
        """<table class="forumline"><tr><td class="row1"><span class="topictitle"><a href="viewtopic.php?t=7&amp;sid=0a1b" class="topictitle">Ждём</a></span></td>
        <td class="row2"><span class="postdetails">2</span></td><td class="row3Right"><span class="postdetails">Вчера<br /><a href="profile.php?u=3">Олег</a>
        <a href="viewtopic.php?p=103&amp;sid=0a1b#103"><img src="l.gif" alt="" /></a></span></td></tr></table><span class="maintitle"></span>
        <a class="forumlink" href="viewforum.php?f=3&amp;sid=0a1b">Пусто</a> Powered by <a href="http://www.phpbb.com/">phpBB</a> 2.0.23"""
    )
    return Forum(
        {
            "/viewforum.php?f=2": board,
            "/viewforum.php?f=3": board,
            "/viewtopic.php?t=7": whole(
                post(101, "Света", "Пт Янв 12, 2024 3:40 pm", FIRST)
                + post(102, "Олег", "Сб Янв 13, 2024 9:05 am", quote + SECOND),
                "На страницу <b>1</b>, <a href='viewtopic.php?t=7&amp;postdays=0&amp;postorder=asc&amp;start=2&amp;sid=0a1b'>2</a>&nbsp;&nbsp;<a href='viewtopic.php?t=7&amp;postdays=0&amp;postorder=asc&amp;start=2&amp;sid=0a1b'>След.</a>",
            ),
            "/viewtopic.php": whole(post(103, "Олег", "Вс Янв 14, 2024 10:00 am", THIRD)),
        },
        "/viewforum.php?f=2",
    )


def vbulletin3():
    def post(number, author, date, text):
        return f"""<div align="center"><table id="post{number}" class="tborder" cellpadding="6" width="100%"><tr>
        <td class="thead"><div class="normal" style="float:right">#<a href="showpost.php?p={number}&amp;postcount=1" id="postcount{number}" name="1"><strong>1</strong></a></div>
        <div class="normal"><a name="post{number}"><img class="inlineimg" src="o.gif" alt="Старый" /></a> {date}</div></td></tr>
        <tr><td class="alt2"><div id="postmenu_{number}"><a class="bigusername" href="member.php?u=3">{author}</a></div><div class="smallfont">Новичок</div></td></tr>
        <tr><td class="alt1" id="td_post_{number}"><div class="smallfont"><strong>Ждём</strong></div>
        <div id="post_message_{number}">{text}</div><div>__________________<br />Моя подпись</div></td></tr></table></div>"""

    quote = '<div style="margin:20px; margin-top:5px;"><div class="smallfont" style="margin-bottom:2px">Цитата:</div><table width="100%"><tr><td class="alt2"><div>Сообщение от <strong>Света</strong> <a href="showthread.php?p=101#post101" rel="nofollow"><img class="inlineimg" alt="" /></a></div><div style="font-style:italic">Надоело ждать</div></td></tr></table></div>'
    head = '<meta name="generator" content="vBulletin 3.8.4" />'
    board = page('<table class="tborder"><tr><td class="alt1" id="td_threadtitle_7" title="текст"><div><a href="showthread.php?s=0a1b2c3d4e5f60718293a4b5c6d7e8f9&amp;t=7" id="thread_title_7">Ждём</a></div></td><td class="alt2"><div class="smallfont">14.01.2024 <span class="time">10:00</span><br /><a href="showthread.php?p=103#post103">Олег</a></div></td></tr></table>', head=head)  # fmt: skip
    nav = '<td class="navbar"><strong>Ждём</strong></td><div class="pagenav"><table><tr><td class="alt1"><a rel="next" class="smallfont" href="showthread.php?s=0a1b2c3d4e5f60718293a4b5c6d7e8f9&amp;t=7&amp;page=2" title="Следующая">&gt;</a></td></tr></table></div>'
    return Forum(
        {
            "/forumdisplay.php?f=2": board,
            "/showthread.php?t=7": page(
                post(101, "Света", "12.01.2024, 15:40", FIRST)
                + post(102, "Олег", "13.01.2024, 09:05", quote + SECOND)
                + nav,
                head=head,
            ),
            "/showthread.php?t=7&page=2": page(post(103, "Олег", "Вчера, 10:00", THIRD), head=head),
        },
        "/forumdisplay.php?f=2",
    )


def vbulletin4():
    def post(number, author, date, text):
        return f"""<li class="postbitlegacy postbitim postcontainer old" id="post_{number}"><div class="posthead"><span class="postdate old"><span class="date">{date}</span></span>
        <span class="nodecontrols"><a name="post{number}" href="showthread.php?7-zhdem&amp;p={number}#post{number}" class="postcounter">#1</a></span></div>
        <div class="postdetails"><div class="userinfo"><div class="username_container"><a class="username offline popupctrl" href="member.php?3"><strong>{author}</strong></a></div><span class="usertitle">Новичок</span></div>
        <div class="postbody"><div class="postrow"><h2 class="title">Ждём</h2><div class="content"><div id="post_message_{number}"><blockquote class="postcontent restore">{text}</blockquote></div></div></div>
        <blockquote class="signature restore">Моя подпись</blockquote></div></div></li>"""

    quote = '<div class="bbcode_container"><div class="bbcode_quote"><div class="quote_container"><div class="bbcode_quote_container"></div><div class="bbcode_postedby"><img alt="Цитата" /> Сообщение от <strong>Света</strong> <a href="showthread.php?p=101#post101" rel="nofollow"><img alt="" /></a></div><div class="message">Надоело ждать</div></div></div></div>'
    head = '<meta name="generator" content="vBulletin 4.2.2" />'
    board = page('<ol class="threads"><li class="threadbit" id="thread_7"><h3 class="threadtitle"><a class="title" href="showthread.php?7-zhdem&amp;s=0a1b2c3d4e5f60718293a4b5c6d7e8f9" id="thread_title_7">Ждём</a></h3><dl class="threadlastpost td"><dd>Олег</dd><dd><a href="showthread.php?7-zhdem&amp;p=103#post103" class="lastpostdate">14.01.2024</a></dd></dl></li></ol>', head=head)  # fmt: skip
    nav = '<span class="threadtitle"><a href="showthread.php?7-zhdem">Ждём</a></span><div class="pagination"><span class="prev_next"><a rel="next" href="showthread.php?7-zhdem/page2&amp;s=0a1b" title="Следующая"><img alt="Следующая" /></a></span></div>'
    return Forum(
        {
            "/forumdisplay.php?2-board": board,
            "/showthread.php?7-zhdem": page(
                "<ol>"
                + post(101, "Света", "12.01.2024, <span class='time'>15:40</span>", FIRST)
                + post(102, "Олег", "13.01.2024, <span class='time'>09:05</span>", quote + SECOND)
                + "</ol>"
                + nav,
                head=head,
            ),
            "/showthread.php?7-zhdem/page2": page(
                "<ol>" + post(103, "Олег", "Вчера, 10:00", THIRD) + "</ol>", head=head
            ),
        },
        "/forumdisplay.php?2-board",
    )


def vbulletin5():
    def post(number, author, date, text):
        return f"""<li data-node-id="{number}" class="b-post b-post--text h-restore js-post" itemscope itemtype="http://schema.org/Comment"><div class="b-post__grid-container"><div class="b-userinfo"><div class="author h-text-size--14" itemprop="author" itemscope itemtype="http://schema.org/Person"><strong><a href="/member/3"><span itemprop="name">{author}</span></a></strong></div><div class="usertitle">Новичок</div></div>
        <div class="b-post__body"><div class="b-post__timestamp"><time itemprop="dateCreated" datetime="{date}">12.01.2024</time></div><a class="b-post__count js-show-post-link" href="/forum/board/7-zhdem?p={number}#post{number}">#1</a>
        <div class="b-post__content js-post__content"><div class="js-post__content-text restore h-wordwrap" itemprop="text">{text}</div></div><div class="b-post__signature post-signature">Моя подпись</div></div></div></li>"""

    quote = '<div class="bbcode_container"><div class="bbcode_quote"><div class="quote_container"><div class="bbcode_postedby">Сообщение от <strong>Света</strong> <a href="/forum/board/7-zhdem?p=101#post101" rel="nofollow"></a></div><div class="message">Надоело ждать</div></div></div></div>'
    head = '<meta name="generator" content="vBulletin 5.6.4" />'
    board = page('<table class="topic-list-container"><tr class="topic-item"><td><a href="/forum/board/7-zhdem" class="topic-title js-topic-title">Ждём</a></td><td><span class="lastpost-date"><a class="lastpost" href="/forum/board/7-zhdem?p=103#post103">14.01.2024</a></span></td></tr></table>', head=head)  # fmt: skip
    return Forum(
        {
            "/forum/board": board,
            "/forum/board/7-zhdem": page(
                '<h1 class="main-title">Ждём</h1><ul>'
                + post(101, "Света", "2024-01-12T15:40:00", FIRST)
                + post(102, "Олег", "2024-01-13T09:05:00", quote + SECOND)
                + "</ul>",
                head=head + '<link rel="next" href="/forum/board/7-zhdem/page2" />',
            ),
            "/forum/board/7-zhdem/page2": page(
                "<h1>Ждём</h1><ul>" + post(103, "Олег", "2024-01-14T10:00:00", THIRD) + "</ul>", head=head
            ),
        },
        "/forum/board",
    )


def xenforo1():
    def post(number, author, date, text):
        return f"""<li id="post-{number}" class="message" data-author="{author}"><div class="messageUserInfo"><h3 class="userText"><a href="members/x.3/" class="username">{author}</a><em class="userTitle">Новичок</em></h3></div>
        <div class="messageInfo primaryContent"><div class="messageContent"><article><blockquote class="messageText SelectQuoteContainer ugc baseHtml">{text}<div class="messageTextEndMarker">&nbsp;</div></blockquote></article></div>
        <div class="baseHtml signature messageText ugc"><aside>Моя подпись</aside></div><div class="messageMeta ToggleTriggerAnchor"><span class="item muted"><span class="authorEnd"><a href="members/x.3/" class="username author">{author}</a>, </span><a href="posts/{number}/" title="Постоянная ссылка" class="datePermalink"><span class="DateTime" title="{date}">12 янв 2024</span></a></span>
        <div class="publicControls"><a href="posts/{number}/" class="item muted postNumber hashPermalink">#1</a></div></div></div></li>"""

    quote = '<div class="bbCodeBlock bbCodeQuote" data-author="Света"><aside><div class="attribution type">Света сказал(а): <a href="goto/post?id=101#post-101" class="AttributionLink">&uarr;</a></div><blockquote class="quoteContainer"><div class="quote">Надоело ждать</div></blockquote></aside></div>'
    html = 'id="XenForo" class="Public NoJs"'
    base = '<base href="{base}/" />'
    board = page('<ol class="discussionListItems"><li id="thread-7" class="discussionListItem visible" data-author="Света"><div class="listBlock main"><h3 class="title"><a href="/threads/zhdem.7/" class="PreviewTooltip">Ждём</a></h3></div><div class="listBlock lastPost"><dl class="lastPostInfo"><dd><a class="dateTime" href="/posts/103/"><span class="DateTime" title="14 янв 2024 в 10:00">14 янв 2024</span></a></dd></dl></div></li></ol>', html=html)  # fmt: skip
    del base
    return Forum(
        {
            "/forums/board.2/": board,
            "/threads/zhdem.7/": page(
                '<div class="titleBar"><h1>Ждём</h1></div><ol>'
                + post(101, "Света", "12 янв 2024 в 15:40", FIRST)
                + post(102, "Олег", "13 янв 2024 в 09:05", quote + SECOND)
                + "</ol>",
                html=html,
                head='<link rel="next" href="/threads/zhdem.7/page-2" />',
            ),
            "/threads/zhdem.7/page-2": page(
                "<h1>Ждём</h1><ol>" + post(103, "Олег", "14 янв 2024 в 10:00", THIRD) + "</ol>", html=html
            ),
        },
        "/forums/board.2/",
    )


def xenforo2():
    def post(number, author, date, text):
        return f"""<article class="message message--post js-post" data-author="{author}" data-content="post-{number}" id="js-post-{number}"><span class="u-anchorTarget" id="post-{number}"></span><div class="message-inner"><div class="message-cell message-cell--user"><section class="message-user"><h4 class="message-name"><a href="/members/x.3/" class="username">{author}</a></h4><h5 class="userTitle message-userTitle">Новичок</h5></section></div>
        <div class="message-cell message-cell--main"><div class="message-main"><header class="message-attribution"><ul class="message-attribution-main listInline"><li class="u-concealed"><a href="/threads/zhdem.7/post-{number}" rel="nofollow"><time class="u-dt" datetime="{date}" data-time="1705063200">12 Янв 2024</time></a></li></ul></header>
        <div class="message-content"><article class="message-body js-selectToQuote"><div class="bbWrapper">{text}</div><div class="js-selectToQuoteEnd">&nbsp;</div></article><div class="message-lastEdit">Последнее редактирование: 13 Янв 2024</div></div><aside class="message-signature"><div class="bbWrapper">Моя подпись</div></aside></div></div></div></article>"""

    quote = '<blockquote class="bbCodeBlock bbCodeBlock--expandable bbCodeBlock--quote js-expandWatch" data-quote="Света" data-source="post: 101" data-attributes="member: 3"><div class="bbCodeBlock-title"><a href="/goto/post?id=101" class="bbCodeBlock-sourceJump">Света написал(а):</a></div><div class="bbCodeBlock-content">Надоело ждать</div></blockquote>'
    html = 'id="XF" data-app="public" data-template="thread_view"'
    board = page('<div class="structItemContainer"><div class="structItem structItem--thread js-threadListItem-7" data-author="Света"><div class="structItem-cell structItem-cell--main"><div class="structItem-title"><a href="/forums/board.2/?prefix_id=1" class="labelLink">Вопрос</a><a href="/threads/zhdem.7/" data-tp-primary="on">Ждём</a></div></div><div class="structItem-cell structItem-cell--latest"><a href="/threads/zhdem.7/latest" rel="nofollow"><time class="structItem-latestDate u-dt" datetime="2024-01-14T10:00:00+0300" data-time="1705215600">Вс</time></a></div></div></div>', html=html.replace("thread_view", "forum_view"))  # fmt: skip
    nav = '<nav class="pageNavWrapper"><div class="pageNav"><a href="/threads/zhdem.7/page-2" class="pageNav-jump pageNav-jump--next">Вперёд</a></div></nav>'
    return Forum(
        {
            "/forums/board.2/": board,
            "/threads/zhdem.7/": page(
                '<h1 class="p-title-value">Ждём</h1>'
                + post(101, "Света", "2024-01-12T15:40:00+0300", FIRST)
                + post(102, "Олег", "2024-01-13T09:05:00+0300", quote + SECOND)
                + nav,
                html=html,
            ),
            "/threads/zhdem.7/page-2": page(
                '<h1 class="p-title-value">Ждём</h1>' + post(103, "Олег", "2024-01-14T10:00:00+0300", THIRD), html=html
            ),
        },
        "/forums/board.2/",
    )


def ipb3():
    def post(number, author, date, text):
        return f"""<div class='post_block hentry clear clearfix' id='post_id_{number}'><div class='post_wrap'><h3 class='row2'><span class='post_id right'><a itemprop="replyToUrl" href='/topic/7-zhdem/#entry{number}' rel='bookmark'>#1</a></span><span class='author vcard'><a class="url fn" href='/user/3-x/'><span itemprop="name">{author}</span></a></span></h3>
        <div class='author_info'><ul class='basic_info'><li class='group_title'>Новичок</li></ul></div><div class='post_body'><p class='posted_info desc'>Отправлено <abbr class="published" itemprop="commentTime" title="{date}">12 Январь 2024 - 15:40</abbr></p>
        <div class='post entry-content'>{text}<p class='edit'>Сообщение отредактировал Олег: 13 Январь 2024 - 10:00</p></div><div class="signature">Моя подпись</div></div></div></div>"""

    quote = "<p class='citation'>Света (12 Январь 2024 - 15:40) писал:</p><div class=\"blockquote\"><div class='quote'>Надоело ждать</div></div>"
    head = "<script>ipb.vars['st'] = '';</script>"
    board = page("<table id='forum_table'><tr class='row1' id='trow_7'><td class='col_f_content'><h4><a itemprop='url' id='tid-link-7' href='/topic/7-zhdem/?s=0a1b2c3d4e5f60718293a4b5c6d7e8f9' class='topic_title'>Ждём</a></h4></td><td class='col_f_post'><ul class='last_post'><li><a href='/topic/7-zhdem/page__view__getlastpost' title='14 Январь 2024 - 10:00'>14 Янв</a></li></ul></td></tr></table>", head=head)  # fmt: skip
    nav = "<h1 class='ipsType_pagetitle'>Ждём</h1><ul class='pagination left'><li class='page active'>1</li><li class='next'><a href='/topic/7-zhdem/page-2' title='Следующая' rel='next'>След.</a></li></ul>"
    return Forum(
        {
            "/forum/2-board/": board,
            "/topic/7-zhdem/": page(
                nav
                + post(101, "Света", "2024-01-12T15:40:00+03:00", FIRST)
                + post(102, "Олег", "2024-01-13T09:05:00+03:00", quote + SECOND),
                head=head,
            ),
            "/topic/7-zhdem/page-2": page(post(103, "Олег", "2024-01-14T10:00:00+03:00", THIRD), head=head),
        },
        "/forum/2-board/",
    )


def ipb4():
    def post(number, author, date, text):
        return f"""<a id='comment-{number}'></a><article itemscope itemtype="http://schema.org/Comment" id='elComment_{number}' class='cPost ipsBox ipsComment ipsComment_parent ipsClearfix'><aside class='ipsComment_author cAuthorPane'><h3 class='ipsType_sectionHead cAuthorPane_author'><strong itemprop='name'><a href='/profile/3-x/' class="ipsType_break">{author}</a></strong></h3><ul class='cAuthorPane_info'><li class='cAuthorGroup_title'>Новичок</li></ul></aside>
        <div class='ipsColumn ipsColumn_fluid'><div id="comment-{number}_wrap" data-commentid="{number}" class='ipsComment_content'><div class='ipsComment_meta ipsType_light'><p class='ipsPos_right'><a href='/topic/7-zhdem/?do=findComment&amp;comment={number}'>#1</a></p><div class='ipsType_reset'><a href='/topic/7-zhdem/?do=findComment&amp;comment={number}' class='ipsType_blendLinks'>Опубликовано: <time datetime='{date}' title='12.01.2024 15:40'>12 января</time></a></div></div>
        <div class='cPost_contentWrap'><div data-role='commentContent' class='ipsType_normal ipsType_richText ipsContained'>{text}<span class='ipsType_reset ipsType_medium ipsType_light ipsComment_edited'><strong>Изменено 13 января пользователем Олег</strong></span></div><div data-role="memberSignature" class='ipsBorder_top'><div class="ipsType_light ipsType_richText">Моя подпись</div></div></div></div></div></article>"""

    quote = '<blockquote class="ipsQuote" data-ipsquote="" data-ipsquote-contentapp="forums" data-ipsquote-contentcommentid="101" data-ipsquote-username="Света"><div class="ipsQuote_citation">12.01.2024 в 15:40, Света сказал:</div><div class="ipsQuote_contents"><p>Надоело ждать</p></div></blockquote>'
    attributes = "class='ipsApp ipsApp_front' data-pageapp='forums'"
    board = page("<ol class='ipsDataList cForumTopicTable cTopicList'><li class='ipsDataItem ipsDataItem_responsivePhoto' data-rowid='7'><div class='ipsDataItem_main'><h4 class='ipsDataItem_title ipsContained_container'><span class='ipsType_break ipsContained'><a href='/topic/7-zhdem/' data-ipshover>Ждём</a></span></h4></div><ul class='ipsDataItem_lastPoster'><li><a href='/topic/7-zhdem/?do=getLastComment'><time datetime='2024-01-14T07:00:00Z' title='14.01.2024'>14 янв</time></a></li></ul></li></ol>", attributes=attributes)  # fmt: skip
    nav = "<h1 class='ipsType_pageTitle'>Ждём</h1><ul class='ipsPagination'><li class='ipsPagination_next'><a href='/topic/7-zhdem/page/2/#comments' rel='next'>Вперёд</a></li></ul>"
    return Forum(
        {
            "/forum/2-board/": board,
            "/topic/7-zhdem/": page(
                nav
                + post(101, "Света", "2024-01-12T15:40:00", "<p>" + FIRST + "</p>")
                + post(102, "Олег", "2024-01-13T09:05:00", quote + "<p>" + SECOND + "</p>"),
                attributes=attributes,
            ),
            "/topic/7-zhdem/page/2/": page(post(103, "Олег", "2024-01-14T10:00:00", THIRD), attributes=attributes),
        },
        "/forum/2-board/",
    )


def smf2():
    def post(number, author, date, text):
        return f"""<div class="windowbg"><span class="topslice"><span></span></span><div class="post_wrapper"><div class="poster"><h4><a href="index.php?action=profile;u=3" title="Профиль {author}">{author}</a></h4><ul class="reset smalltext"><li class="membergroup">Новичок</li></ul></div>
        <div class="postarea"><div class="flow_hidden"><div class="keyinfo"><h5 id="subject_{number}"><a href="index.php?topic=7.msg{number}#msg{number}" rel="nofollow">Ждём</a></h5><div class="smalltext">&#171; <strong>Ответ #1 :</strong> {date} &#187;</div></div></div>
        <div class="post"><div class="inner" id="msg_{number}">{text}</div></div></div><div class="moderatorbar"><div class="smalltext modified" id="modified_{number}">&#171; <em>Последнее редактирование: 13 Январь 2024</em> &#187;</div><div class="signature">Моя подпись</div></div></div></div>"""

    quote = '<div class="quoteheader"><div class="topslice_quote"><a href="index.php?topic=7.msg101#msg101">Цитата: Света от 12 Январь 2024, 15:40:00</a></div></div><blockquote class="bbc_standard_quote">Надоело ждать</blockquote><div class="quotefooter"></div>'
    head = '<script>var smf_theme_url = "x"; var smf_scripturl = "x";</script>'
    board = page('<div class="tborder topic_table" id="messageindex"><table><tr><td class="subject windowbg2"><div><span id="msg_101"><a href="index.php?PHPSESSID=0a1b2c&amp;topic=7.0">Ждём</a></span></div></td><td class="stats windowbg">2 Ответов</td><td class="lastpost windowbg2"><a href="index.php?topic=7.msg103#new"><img alt="" /></a> 14 Январь 2024</td></tr></table></div>', head=head)  # fmt: skip
    nav = '<div class="pagelinks floatleft">Страницы: [<strong>1</strong>] <a class="navPages" href="index.php?PHPSESSID=0a1b2c&amp;topic=7.2">2</a> </div><div id="forumposts"><h3 class="catbg">Ждём</h3></div>'
    return Forum(
        {
            "/index.php?board=2.0": board,
            "/index.php?topic=7.0": page(
                nav
                + post(101, "Света", "12 Январь 2024, 15:40:00", FIRST)
                + post(102, "Олег", "13 Январь 2024, 09:05:00", quote + SECOND),
                head=head,
            ),
            "/index.php?topic=7.2": page(post(103, "Олег", "<strong>Вчера</strong> в 10:00:00", THIRD), head=head),
        },
        "/index.php?board=2.0",
    )


def mybb():
    def post(number, author, date, text):
        return f"""<a name="pid{number}" id="pid{number}"></a><div class="post classic" id="post_{number}"><div class="post_author scaleimages"><div class="author_information"><strong><span class="largetext"><a href="member.php?action=profile&amp;uid=3">{author}</a></span></strong><br /><span class="smalltext">Новичок</span></div></div>
        <div class="post_content"><div class="post_head"><div class="float_right"><strong><a href="showthread.php?tid=7&amp;pid={number}#pid{number}">#1</a></strong></div><span class="post_date">{date}<span class="post_edit" id="edited_by_{number}"></span></span></div>
        <div class="post_body scaleimages" id="pid_{number}">{text}</div><div class="signature scaleimages">Моя подпись</div><div class="post_meta"></div></div></div>"""

    quote = '<blockquote class="mycode_quote"><cite><span> (12.01.2024, 15:40)</span>Света Написал: <a href="showthread.php?pid=101#pid101" class="quick_jump"></a></cite>Надоело ждать</blockquote>'
    head = '<script src="/jscripts/general.js?ver=1827"></script><script>var my_post_key = "x";</script>'
    board = page('<table class="tborder"><tr class="inline_row"><td class="trow1"><div><span><span class=" subject_old" id="tid_7"><a href="showthread.php?tid=7">Ждём</a></span></span></div></td><td class="trow1"><span class="lastpost smalltext">14.01.2024, 10:00<br /><a href="showthread.php?tid=7&amp;action=lastpost">Последнее</a>: Олег</span></td></tr></table>', head=head)  # fmt: skip
    nav = '<div class="pagination"><span class="pagination_current">1</span> <a href="showthread.php?tid=7&amp;page=2" class="pagination_page">2</a> <a href="showthread.php?tid=7&amp;page=2" class="pagination_next">Следующая &raquo;</a></div><table><tr><td class="thead"><strong>Ждём</strong></td></tr></table>'
    return Forum(
        {
            "/forumdisplay.php?fid=2": board,
            "/showthread.php?tid=7": page(
                nav
                + post(101, "Света", "12.01.2024, 15:40", FIRST)
                + post(102, "Олег", "13.01.2024, 09:05", quote + SECOND),
                head=head,
            ),
            "/showthread.php?tid=7&page=2": page(
                post(103, "Олег", "<span title='14.01.2024'>Вчера</span>, 10:00", THIRD), head=head
            ),
        },
        "/forumdisplay.php?fid=2",
    )


def fluxbb():
    def post(number, author, date, text):
        return f"""<div id="p{number}" class="blockpost rowodd"><h2><span><span class="conr">#1</span> <a href="viewtopic.php?pid={number}#p{number}">{date}</a></span></h2><div class="box"><div class="inbox"><div class="postbody"><div class="postleft"><dl><dt><strong>{author}</strong></dt><dd class="usertitle"><strong>Новичок</strong></dd></dl></div>
        <div class="postright"><h3>Ждём</h3><div class="postmsg">{text}<p class="postedit"><em>Отредактировано Олег (13-01-2024)</em></p></div><div class="postsignature postmsg"><hr />Моя подпись</div></div></div></div></div></div>"""

    quote = (
        '<div class="quotebox"><cite>Света пишет:</cite><blockquote><div><p>Надоело ждать</p></div></blockquote></div>'
    )
    board = page('<div id="punviewforum" class="pun"><table><tr class="rowodd"><td class="tcl"><div class="tclcon"><div><a href="viewtopic.php?id=7">Ждём</a> <span class="byuser">от Света</span></div></div></td><td class="tc2">2</td><td class="tcr"><a href="viewtopic.php?pid=103#p103">14-01-2024</a></td></tr></table></div>')  # fmt: skip
    nav = '<div id="punviewtopic" class="pun"><ul class="crumbs"><li><a href="index.php">Форум</a></li><li><strong><a href="viewtopic.php?id=7">Ждём</a></strong></li></ul><p class="pagelink conl"><strong class="item1">1</strong> <a href="viewtopic.php?id=7&amp;p=2">2</a> <a rel="next" href="viewtopic.php?id=7&amp;p=2">Далее</a></p>'
    return Forum(
        {
            "/viewforum.php?id=2": board,
            "/viewtopic.php?id=7": page(
                nav
                + post(101, "Света", "2024-01-12 15:40:00", "<p>" + FIRST + "</p>")
                + post(102, "Олег", "2024-01-13 09:05:00", quote + "<p>" + SECOND + "</p>")
                + "</div>"
            ),
            "/viewtopic.php?id=7&p=2": page(
                '<div id="punviewtopic" class="pun">' + post(103, "Олег", "Вчера 10:00:00", THIRD) + "</div>"
            ),
        },
        "/viewforum.php?id=2",
    )


def punbb():
    def post(number, author, date, text):
        return f"""<div class="post odd" id="p{number}"><div class="posthead"><h3 class="hn post-ident"><span class="post-num">1</span> <span class="post-byline"><span>От</span> <strong>{author}</strong></span> <span class="post-link"><a class="permalink" rel="bookmark" href="/viewtopic.php?pid={number}#p{number}">{date}</a></span></h3></div>
        <div class="postbody"><div class="post-author"><ul class="author-ident"><li class="username"><a href="/profile.php?id=3">{author}</a></li><li class="usertitle"><span>Новичок</span></li></ul></div><div class="post-entry"><h4 class="entry-title hn">Ждём</h4><div class="entry-content">{text}</div><div class="sig-content"><span class="sig-line"></span>Моя подпись</div></div></div></div>"""

    quote = '<div class="quotebox"><cite>Света пишет:</cite><blockquote><p>Надоело ждать</p></blockquote></div>'
    board = page('<div id="brd-viewforum" class="brd-page paged-page"><div class="main-content"><div id="topic7" class="main-item odd"><div class="item-subject"><h3 class="hn"><span class="item-num">1</span> <a href="/viewtopic.php?id=7">Ждём</a></h3></div><ul class="item-info"><li class="info-lastpost"><strong><a href="/viewtopic.php?pid=103#p103">2024-01-14</a></strong></li></ul></div></div></div>')  # fmt: skip
    nav = '<div id="brd-viewtopic"><h1 class="main-title"><a href="/viewtopic.php?id=7">Ждём</a></h1><p class="paging"><strong class="first-item">1</strong> <a href="/viewtopic.php?id=7&amp;p=2">2</a> <a href="/viewtopic.php?id=7&amp;p=2">Далее</a></p>'
    return Forum(
        {
            "/viewforum.php?id=2": board,
            "/viewtopic.php?id=7": page(
                nav
                + post(101, "Света", "2024-01-12 15:40:00", "<p>" + FIRST + "</p>")
                + post(102, "Олег", "2024-01-13 09:05:00", quote + "<p>" + SECOND + "</p>")
                + "</div>"
            ),
            "/viewtopic.php?id=7&p=2": page(
                '<div id="brd-viewtopic">' + post(103, "Олег", "Вчера 10:00:00", THIRD) + "</div>"
            ),
        },
        "/viewforum.php?id=2",
    )


def misago():
    def post(number, author, date, text):
        return f"""<li id="post-{number}" class="post post-new" itemscope itemtype="http://schema.org/DiscussionForumPosting"><div class="panel panel-default panel-post"><div class="panel-body"><div class="post-side post-side-registered"><div class="media"><div class="media-body"><div class="media-heading"><a class="item-title" href="/u/x/3/"><span itemprop="author">{author}</span></a></div><span class="user-title">Новичок</span></div></div></div>
        <div class="panel-content"><div class="post-heading"><a href="/t/zhdem/7/post/{number}/" class="btn btn-link posted-on hidden-xs"><time itemprop="datePublished" datetime="{date}">12 января 2024</time></a></div>
        <div class="post-body" itemprop="articleBody"><article class="misago-markup">{text}</article></div></div></div></div></li>"""

    quote = '<aside class="quote-block"><div class="quote-heading">Света: </div><blockquote class="quote-body"><p>Надоело ждать</p></blockquote></aside>'
    root = '<div id="misago-container"><div id="misago-root">'
    board = page(root + '<ul class="list-group"><li id="threads-item-7" class="list-group-item threads-list-item"><a href="/t/zhdem/7/" class="threads-list-item-title">Ждём</a><a href="/t/zhdem/7/last/" class="threads-list-item-last-activity" title="14 января 2024 г. 10:00 - latest activity">14 января</a></li></ul></div></div>')  # fmt: skip
    return Forum(
        {
            "/c/board/2/": board,
            "/t/zhdem/7/": page(
                root
                + "<h1>Ждём</h1><ul>"
                + post(101, "Света", "2024-01-12T15:40:00+00:00", "<p>" + FIRST + "</p>")
                + post(102, "Олег", "2024-01-13T09:05:00+00:00", quote + "<p>" + SECOND + "</p>")
                + "</ul></div></div>",
                head='<link rel="next" href="/t/zhdem/7/2/" />',
            ),
            "/t/zhdem/7/2/": page(
                root + "<h1>Ждём</h1><ul>" + post(103, "Олег", "2024-01-14T10:00:00+00:00", THIRD) + "</ul></div></div>"
            ),
        },
        "/c/board/2/",
    )


ENGINES = {
    "phpBB 3": phpbb3, "phpBB 2": phpbb2, "vBulletin 3": vbulletin3, "vBulletin 4": vbulletin4, "vBulletin 5": vbulletin5,
    "XenForo 1": xenforo1, "XenForo 2": xenforo2, "IPB 3": ipb3, "Invision 4": ipb4, "SMF 2": smf2, "MyBB": mybb,
    "FluxBB": fluxbb, "PunBB": punbb, "Misago": misago,
}  # fmt: skip
