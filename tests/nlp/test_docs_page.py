"""The blocks of docs/pipeline.md are run in order, in one process of their own, as a reader would."""

import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "pipeline.md"
MARK = "-- block --"


def blocks(page):
    """Code and what the page says it prints.

    >>> list(blocks("```python\\nprint(1)\\n```\\n```text\\n1\\n```\\n"))
    [('print(1)', '1')]
    """
    code = None
    for fenced in page.split("```")[1::2]:
        kind, _, body = fenced.strip("\n").partition("\n")
        if kind == "python":
            assert code is None, f"nothing is shown under {code}"
            code = body
        elif kind == "text":
            yield code, body
            code = None
    assert code is None


def script(codes):
    """One program of all blocks, that says where each begins. Its processes import it again, hence the guard."""
    lines = [line for code in codes for line in (f"print({MARK!r})", *code.split("\n"))]
    return "\n    ".join(("if __name__ == '__main__':", *lines)) + "\n"


def printed(codes, folder):
    """What each block prints."""
    (folder / "page.py").write_text(script(codes), encoding="utf-8")
    command = [sys.executable, "-X", "utf8", "page.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return [said.strip("\n") for said in done.stdout.split(f"{MARK}\n")[1:]]


def test_the_page_prints_what_it_shows(tmp_path):
    """Every block of the page runs, and prints what stands under it."""
    codes, shown = zip(*blocks(PAGE.read_text(encoding="utf-8")), strict=True)
    assert len(codes) >= 10
    for code, expected, said in zip(codes, shown, printed(codes, tmp_path), strict=True):
        assert said == expected, code


def test_what_a_page_shows_has_to_be_printed(tmp_path):
    """A block is answered with its own output, whatever the page says."""
    codes, shown = zip(*blocks("```python\nx = 1\nprint(x)\n```\n```text\n2\n```"), strict=True)
    assert printed(codes, tmp_path) == ["1"] != list(shown)
