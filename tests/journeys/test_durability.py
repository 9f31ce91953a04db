"""No comment that was acknowledged is lost, whatever is killed; `make prove-durability` in short."""

from moderation.settings import Settings
from tests.durability import prove


def test_what_was_acknowledged_is_there_once_though_processes_are_killed(tmp_path):
    url = Settings(instance=tmp_path).where_data_lives()

    found = prove(tmp_path, url, comments=600, restarts=1)

    assert found.stored.is_whole, found
    assert len(found.acknowledged) == 600
    assert (found.workers_killed > 0, found.services_killed) == (True, 1)
