"""The rules of the house: layers, lint, types, and what every command promises."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command):
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)


def test_layers():
    """Imports point down, and no stage knows another."""
    from importlinter.cli import lint_imports

    assert lint_imports(config_filename=str(ROOT / ".importlinter"), no_cache=True) == 0


def test_lint():
    """All lint is on and silent, and the formatter has nothing to do."""
    checked = run("ruff", "check", ".", "--output-format", "concise")
    assert checked.returncode == 0, checked.stdout
    formatted = run("ruff", "format", "--check", ".")
    assert formatted.returncode == 0, formatted.stdout


def test_types():
    """mypy --strict has no complaint."""
    checked = run("mypy")
    assert checked.returncode == 0, checked.stdout


def test_dockerfile():
    """hadolint, all rules on, finds nothing in the Dockerfile."""
    hadolint = Path(sys.executable).with_name("hadolint")
    checked = subprocess.run([hadolint, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_nothing_heavy_for_help():
    """`miner --help` imports none of the heavy libraries."""
    code = (
        "import sys; from miner.cli import application; application(); "
        "print([m for m in ('torch', 'spacy', 'numpy', 'sklearn', 'pydantic', 'sqlalchemy', 'fastapi') if m in sys.modules])"
    )
    answered = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answered.stdout.strip() == "[]"


def test_no_torch_for_annotation():
    """Annotating imports no PyTorch, which would cost a second and 200 MB; it can be imported afterwards."""
    code = (
        "import sys; from miner.nlp import load; load()('Надоело ждать'); found = 'torch' in sys.modules; "
        "import torch; print(found, int(torch.ones(2).sum()))"
    )
    answered = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answered.stdout.strip() == "False 2"


def commands(group, path=()):
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "list_commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def test_documentation():
    """Every command and option that exists is described in docs/commands.md."""
    import typer

    from miner.cli import application

    told = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    missing = []
    for path, command in commands(typer.main.get_command(application())):
        if path[0] == "collect":
            continue  # a collector describes its flags itself: miner collect NAME --help
        if f"miner {' '.join(path)}" not in told:
            missing.append(" ".join(path))
        for parameter in command.params:
            missing += [f"{' '.join(path)} {o}" for o in parameter.opts if o.startswith("--") and o not in told]
    assert not missing


def test_settings_are_described():
    """Every key of the settings stands in config/miner.toml with its default."""
    import tomllib

    from miner.settings import Settings

    told = tomllib.loads((ROOT / "config" / "miner.toml").read_text(encoding="utf-8"))
    assert told == Settings().model_dump()


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX"])
def test_no_promises(word):
    """What is not done stands in the issues, not in the code."""
    found = [str(file) for file in (ROOT / "miner").rglob("*.py") if f"{word}:" in file.read_text(encoding="utf-8")]
    assert not found


def test_the_published_schema():
    """docs/profile.schema.json is the schema of the interchange form as the code has it."""
    import json

    from miner.profiles.form import schema

    assert json.loads((ROOT / "docs" / "profile.schema.json").read_text(encoding="utf-8")) == schema()
