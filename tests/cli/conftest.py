"""Commands run as a person runs them, in this process so that the models load once."""

import shutil
import sys

import pytest

from miner import demo
from miner.settings import Settings


@pytest.fixture
def miner(monkeypatch, capsys, tmp_path):
    """Run a command line in a workspace of its own; gives exit status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINER_WORKSPACE", str(tmp_path / "var"))

    def run(*arguments):
        from miner.cli import main

        monkeypatch.setattr(sys, "argv", ["miner", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        return stop.value.code, said.out, said.err

    return run


@pytest.fixture(scope="session")
def shown(tmp_path_factory):
    """The workspace that a demo leaves behind: its profiles in the folder ``profiles``, what it told in ``told.txt``."""
    workspace = tmp_path_factory.mktemp("demo")
    told = demo.run(workspace, workspace / "profiles", Settings(), lambda stage, things, total=None: iter(things))
    (workspace / "told.txt").write_text("\n".join(told), encoding="utf-8")
    return workspace


@pytest.fixture
def after_demo(shown, tmp_path):
    """A copy of that workspace, in which a test may do as it likes."""
    return shutil.copytree(shown, tmp_path / "var")
