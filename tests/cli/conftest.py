"""Commands run as a person runs them, in this process so that the models load once."""

import sys

import pytest


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
