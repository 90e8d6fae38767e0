"""A page that needs nothing but a browser: one file, no network, prints on A4."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from miner.exporters import Exporter
from miner.exporters._icons import svg
from miner.exporters._portrait import FEW_DATA, NO_DATA, portrait
from miner.jsonl import whole_file
from miner.records import Profile

if TYPE_CHECKING:
    import jinja2

ASSETS = Path(__file__).parent / "_assets"


@functools.cache
def _template() -> jinja2.Template:
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ASSETS), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    # The icons are our own; everything else on the page is escaped.
    environment.globals["icon"] = lambda name, **kw: Markup(svg(name, **kw))  # noqa: S704
    environment.globals.update(FEW_DATA=FEW_DATA, NO_DATA=NO_DATA)
    return environment.get_template("profile.html.j2")


def page(profile: Profile, *, quotes: str = "whole") -> str:
    """The whole HTML page as a string."""
    return _template().render(p=portrait(profile, quotes), css=(ASSETS / "profile.css").read_text("utf-8"))  # type: ignore[arg-type]


class Html(Exporter):
    """One self-contained page with foldable quotes."""

    suffix: ClassVar[str] = ".html"

    def export(self, profile: Profile, path: Path) -> None:
        with whole_file(path) as beside:
            beside.write_text(page(profile, quotes=self.quotes), encoding="utf-8")
