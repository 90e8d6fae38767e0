import pytest

from miner.llm import FOLDER, consent
from miner.llm.answers import Answers
from miner.llm.client import Client
from miner.settings import Llm, load_settings
from tests.cli.conftest import miner  # noqa: F401  # commands run as there
from tests.llm.endpoint import Endpoint


@pytest.fixture
def endpoint():
    with Endpoint() as made:
        yield made


@pytest.fixture
def client(endpoint, tmp_path):
    """A client whose workspace agreed, that sleeps in no time; its settings may be changed by keywords."""

    def make(**changed):
        home = tmp_path / FOLDER
        settings = Llm(**{"url": endpoint.address, "model": "m", "timeout": 5, "retries": 2, "patience": 9} | changed)
        consent.give(home, settings.url, who="Иванова", at="2026-03-01T10:00:00+00:00")
        slept = []
        made = Client(settings, Answers(home), sleep=slept.append)
        made.slept = slept
        return made

    return make


@pytest.fixture
def settings(endpoint, tmp_path, monkeypatch):
    """Settings of a workspace that agreed, with the endpoint behind them; switched on by keywords."""

    def make(*, agreed=True, backend="local", wording="rules", model="m", **llm):
        workspace = tmp_path / "var"
        workspace.mkdir(exist_ok=True)
        lines = {"url": endpoint.address, "model": model, "retries": 0, "timeout": 5} | llm
        (workspace / "miner.toml").write_text(
            f'[statements]\nbackend = "{backend}"\n[themes]\nwording = "{wording}"\n[llm]\n'
            + "".join(f"{name} = {value!r}\n" for name, value in lines.items()),
            encoding="utf-8",
        )
        if agreed:
            consent.give(workspace / FOLDER, endpoint.address, who="Иванова", at="2026-03-01T10:00:00+00:00")
        return load_settings(workspace / "miner.toml")

    return make
