"""What operators start from: compose.yaml and docs/operations.md say what is true."""

import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer
import yaml

from miner.cli import application
from miner.service import metrics
from miner.service.bell import Bell
from miner.service.schedule import parse
from miner.settings import PLAIN_ENV, Settings
from miner.store import open_store
from miner.store.database import database_of
from miner.worker import HANDLERS
from tests.service.test_service import answers
from tests.service.test_worker import wait
from tests.store.conftest import post, schema_of_its_own, server

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
OURS = {name: s for name, s in COMPOSE["services"].items() if s.get("image", "").startswith("miner")}


def test_the_services_are_those_of_the_guide():
    """PostgreSQL, Redis, the pages and two workers."""
    assert set(COMPOSE["services"]) == {"database", "queue", "web", "worker"}
    assert COMPOSE["services"]["worker"]["deploy"]["replicas"] == 2
    assert COMPOSE["services"]["database"]["image"].startswith("postgres:")
    assert COMPOSE["services"]["queue"]["image"].startswith("redis:")


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_starts_a_command_that_exists(name):
    """With options that it knows, in an image that is built here."""
    program, command, *options = OURS[name]["command"]
    assert program == "miner"
    known = typer.main.get_command(application()).get_command(None, command)
    flags = {flag for parameter in known.params for flag in (*parameter.opts, *parameter.secondary_opts)}
    assert {option for option in options if option.startswith("--")} <= flags
    assert (ROOT / OURS[name]["build"]["context"] / "Dockerfile").is_file()
    assert OURS[name]["read_only"]
    assert OURS[name]["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", OURS)
def test_its_environment_is_understood(name, tmp_path):
    """The addresses are of kinds that the store and the queue know."""
    environment = OURS[name]["environment"]
    assert {key for key in environment if key.startswith("MINER_")} <= set(PLAIN_ENV)
    url = re.sub(r"\$\{\w+:\?[^}]*\}", "secret", environment["MINER_DATABASE_URL"])
    database = database_of(tmp_path, url)
    assert (database.url.host, database.url.database) == ("database", "miner")
    database.close()
    assert Bell(tmp_path, environment["MINER_QUEUE_URL"]).shown == "redis://queue:6379/0"


def test_what_they_lean_on_is_there_and_well():
    """Everybody waits for a database and a queue that answer; volumes are declared; no password is written down."""
    for service in OURS.values():
        assert service["depends_on"] == {n: {"condition": "service_healthy"} for n in ("database", "queue")}
    for name in ("database", "queue"):
        assert COMPOSE["services"][name]["healthcheck"]["test"]
    used = {v.split(":")[0] for s in COMPOSE["services"].values() for v in s.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])
    assert COMPOSE["services"]["database"]["environment"]["POSTGRES_PASSWORD"].startswith("${")
    assert all(port.startswith("127.0.0.1:") for s in COMPOSE["services"].values() for port in s.get("ports", ()))


def test_every_metric_is_explained():
    told = set(re.findall(r"miner_[a-z_]+", GUIDE))
    counted = {f"miner_{name}_total" for name in metrics.TALLIES} - {
        "miner_crawl_pages_total",
        "miner_crawl_posts_total",
    }
    assert counted <= told
    assert {"miner_posts", "miner_posts_waiting", "miner_queue_age_seconds", "miner_runs_silent"} <= told


def test_every_schedule_of_the_guide_is_one():
    """What is given as an example can be copied."""
    examples = re.findall(r"«([^»]+)»", GUIDE[GUIDE.index("## Расписание") : GUIDE.index("## Что переживает")])
    spoken = [e for e in examples if re.match(r"(кажд|по |дважды|\d)", e)]
    assert len(spoken) >= 5
    for example in spoken:
        assert parse(" ".join(example.split())).words()


def test_every_setting_of_the_service_is_explained():
    """In config/miner.toml with its default, and those that an operator turns in the guide."""
    kept = tomllib.loads((ROOT / "config" / "miner.toml").read_text(encoding="utf-8"))["service"]
    assert kept == Settings().service.model_dump()
    for name in ("jitter", "pause_after", "refit_without", "keep_posts_days", "keep_ledger_days", "keep_runs_days"):
        assert f"`{name}`" in GUIDE


def test_every_kind_of_run_has_somebody_who_does_it():
    """The scheduler, the pages and the worker speak of the same kinds."""
    assert set(HANDLERS) == {"crawl", "annotate", "refresh", "refit", "retention"}


@pytest.fixture
def composed(tmp_path, redis):
    """Start a command of compose.yaml as a process: its environment, with this machine's database and queue in it."""
    if server() is None:
        pytest.skip("no PostgreSQL answers here")
    started = []
    with schema_of_its_own() as database:
        places = {"MINER_DATABASE_URL": database, "MINER_QUEUE_URL": redis.url, "MINER_WORKSPACE": str(tmp_path)}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MINER_")}

        def come(name, command, **replaced):
            given = OURS[name]["environment"]
            assert set(places) <= set(given)
            program, *rest = [replaced.get(word, word) for word in command]
            assert program == "miner"
            words = [sys.executable, "-c", "from miner.cli import main; main()", *rest]
            started.append(subprocess.Popen(words, env=kept | given | places, cwd="/", start_new_session=True))
            return started[-1]

        yield come, database
        for process in started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_the_services_work_together(composed, tmp_path):
    """Pages and two workers by their own commands: posts that come in are mined; all end within their grace."""
    come, database = composed
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with open_store(tmp_path, database) as store:
        store.posts.add(
            post(f"p{n}", f"Надоело ждать автобус, до работы не добраться, день {n}.", author=f"u{n}", group="rural")
            for n in range(6)
        )
        web = come("web", OURS["web"]["command"], **{"8080": port, "0.0.0.0": "127.0.0.1"})
        workers = [
            come("worker", OURS["worker"]["command"])
            for _ in range(COMPOSE["services"]["worker"]["deploy"]["replicas"])
        ]
        wait(lambda: answers(f"http://127.0.0.1:{port}/readyz"), 120)
        wait(lambda: store.candidates.of("rural") is not None, 240)
        assert store.candidates.of("rural").posts == 6
        checked = OURS["worker"]["healthcheck"]["test"]
        assert checked[0] == "CMD"
        assert come("worker", checked[1:]).wait(60) == 0
        for process in (web, *workers):
            process.send_signal(signal.SIGTERM)
        grace = int(OURS["worker"]["stop_grace_period"].removesuffix("s"))
        assert [process.wait(grace) for process in (web, *workers)] == [0, 0, 0]
