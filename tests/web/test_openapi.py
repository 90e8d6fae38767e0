"""The API keeps what its OpenAPI description says, whatever is sent: schemathesis makes the requests up."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from miner.settings import Settings
from miner.store import open_store
from miner.web.app import create_app
from miner.web.desk import Desk
from tests.web.conftest import PASSWORD
from tests.web.test_topics import lay

APP = create_app(Path("no workspace yet"), Settings())
SCHEMA = schemathesis.openapi.from_dict(APP.openapi())
SCHEMA.app = APP
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
# Checks that are left out, each with its reason.
LEFT_OUT = {
    "ignored_auth": "every request has a token; who has none is tested in test_door",
    "positive_data_acceptance": "a name of a group or account that fits the schema need not exist",
}


@pytest.fixture(scope="module")
def token(furnished, tmp_path_factory):
    """An administrator's token for one workspace, to which all the requests go."""
    folder = tmp_path_factory.mktemp("openapi")
    shutil.copytree(furnished, folder, dirs_exist_ok=True)
    with open_store(folder) as store:
        lay(store)
        store.accounts.add("second", "admin", PASSWORD)
        made = store.accounts.make_token("second", "schemathesis")
    APP.state.desk = Desk(folder, Settings())
    with pytest.MonkeyPatch.context() as patch:
        # Made-up addresses of sources are looked up nowhere.
        patch.setattr(socket, "getaddrinfo", _no_such_host)
        yield made
    APP.state.desk.close()


def _no_such_host(*_args, **_more):
    raise socket.gaierror("there is no internet in tests")


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_every_call_keeps_its_word(label, mode, token):
    """Statuses, media types and bodies are as described; what is wrong is refused; nothing is the server's error."""
    checks = [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT]

    @settings(
        max_examples=6,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def ask(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=checks)

    ask()
