"""A service that is asked to stop or to reload under load does so, and loses nothing."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderation.settings import Settings
from moderation.store import Database, upgrade
from tests.calling import call
from tests.clients import Clients
from tests.conftest import KEY, add_site
from tests.durability import look
from tests.serving import Service

ROOT = Path(__file__).parents[2]


@pytest.fixture
def database(tmp_path) -> Iterator[Database]:
    """What a service finds when it starts: a site."""
    made = Database(Settings(instance=tmp_path).where_data_lives())
    upgrade(made)
    add_site(made, "blog", KEY)
    yield made
    made.close()


@pytest.mark.long
def test_one_that_is_asked_to_stop_ends_and_loses_nothing_and_the_next_goes_on(tmp_path, database):
    service = Service(tmp_path, str(database.url))
    service.start()
    sending = Clients([service.port], 300)
    try:
        with sending.going_on():
            while sending.done < 100:
                time.sleep(0.01)
            # 0 only where it ended by itself; whoever was not answered sends again.
            assert service.stop() == 0
            service.start()
            while not sending.is_done:
                time.sleep(0.01)
    finally:
        service.stop()

    assert look(database, sending.acknowledged).is_whole
    assert not sending.refused


@pytest.mark.long
def test_one_that_is_asked_to_reload_runs_what_is_installed_and_fails_no_request(tmp_path, database):
    installed = tmp_path / "installed"
    shutil.copytree(ROOT / "moderation", installed / "moderation")
    service = Service(tmp_path, str(database.url), settings={"PYTHONPATH": str(installed)})
    service.start()
    sending = Clients([service.port], None)
    try:
        assert told(service) == {"The classifier finds little to"}
        with sending.going_on():
            while sending.done < 100:
                time.sleep(0.01)
            judgement = installed / "moderation/judgement.py"
            judgement.write_text(judgement.read_text().replace("finds little to", "sees nothing to"))
            service.reload()
        assert told(service) == {"The classifier sees nothing to"}
        assert service.stop() == 0
    finally:
        service.kill()

    assert look(database, sending.acknowledged).is_whole
    assert not sending.refused
    # A connection may be closed in the instant between the look at it and the next request.
    assert sending.broken.total() <= 2


def told(service: Service) -> set[str]:
    """How processes of a service begin to tell what they think, each over a connection of its own."""
    asked = f"{service.address}/api/v1/score"
    answers = [call("POST", asked, {"text": "What a day."}, key=KEY) for _ in range(30)]
    return {" ".join(answer.json["reasons"][0]["message"].split()[:5]) for answer in answers}
