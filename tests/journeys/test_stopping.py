"""A service that is asked to stop under load does so, and loses nothing that it acknowledged."""

import time

import pytest

from moderation.settings import Settings
from moderation.store import Database, upgrade
from tests.clients import Clients
from tests.conftest import KEY, add_site
from tests.durability import look
from tests.serving import Service


@pytest.mark.long
def test_one_that_is_asked_to_stop_ends_and_loses_nothing_and_the_next_goes_on(tmp_path):
    url = Settings(instance=tmp_path).where_data_lives()
    database = Database(url)
    upgrade(database)
    add_site(database, "blog", KEY)
    service = Service(tmp_path, url)
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
    database.close()
