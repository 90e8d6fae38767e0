"""A Spirit forum in a process of its own: ``python spirit_site.py FOLDER`` lays it out in a folder and serves it.

Each line on standard input is a call of one of the functions below, as JSON: ``["comment", 1, "Света", "words"]``. The
answer is a line of JSON. The first line on standard output is the forum's address.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

ASKED = []


def lay_out(folder):
    """The project that Spirit's own command starts, in Russian, with few posts a page."""
    bin_ = Path(sys.executable).parent
    path = f"{bin_}{os.pathsep}{os.environ.get('PATH', '')}"
    subprocess.run(
        [bin_ / "spirit", "startproject", "board"], cwd=folder, env=os.environ | {"PATH": path}, check=True, stdout=2
    )
    own = "from .dev import *\nDEBUG = False\nLANGUAGE_CODE = 'ru'\nLOGGING = {}\n"
    (folder / "board" / "board" / "settings" / "test_site.py").write_text(own, encoding="utf-8")
    sys.path.insert(0, str(folder / "board"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "board.settings.test_site"

    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from spirit.admin.forms import BasicConfigForm

    form = BasicConfigForm({"site_name": "Форум", "comments_per_page": 4, "topics_per_page": 5})
    assert form.is_valid(), form.errors
    form.save()


def user(name):
    from django.contrib.auth import get_user_model

    made, new = get_user_model().objects.get_or_create(username=name.lower(), defaults={"email": f"{name}@example.ru"})
    if new:
        made.st.nickname = name
        made.st.save()
    return made


def category(title):
    from spirit.category.models import Category

    return Category.objects.create(title=title).pk


def topic(category, name, title, words):
    """A topic with its first comment; their numbers."""
    from spirit.topic.models import Topic

    made = Topic.objects.create(user=user(name), category_id=category, title=title)
    return [made.pk, comment(made.pk, name, words)]


def comment(topic, name, words):
    from spirit.comment.forms import CommentForm
    from spirit.comment.utils import comment_posted
    from spirit.topic.models import Topic

    form = CommentForm(user=user(name), topic=Topic.objects.get(pk=topic), data={"comment": words})
    assert form.is_valid(), form.errors
    made = form.save()
    comment_posted(comment=made, mentions=form.mentions)
    return made.pk


def edit(comment, words):
    from spirit.comment.forms import CommentForm
    from spirit.comment.models import Comment
    from spirit.comment.utils import post_comment_update, pre_comment_update

    found = Comment.objects.get(pk=comment)
    form = CommentForm(user=found.user, topic=found.topic, data={"comment": words}, instance=found)
    assert form.is_valid(), form.errors
    pre_comment_update(comment=Comment.objects.get(pk=comment))
    post_comment_update(comment=form.save())


def remove(comment):
    from spirit.comment.models import Comment

    Comment.objects.filter(pk=comment).update(is_removed=True)


def move(topic, category):
    from spirit.topic.models import Topic

    Topic.objects.filter(pk=topic).update(category_id=category)


def asked():
    """What was asked since the last time."""
    found = list(ASKED)
    ASKED.clear()
    return found


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Handler(WSGIRequestHandler):
    def log_request(self, *_):
        ASKED.append(self.path)


def main():
    lay_out(Path(sys.argv[1]))
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    for line in sys.stdin:
        name, *given = json.loads(line)
        print(json.dumps(globals()[name](*given)), flush=True)


if __name__ == "__main__":
    main()
