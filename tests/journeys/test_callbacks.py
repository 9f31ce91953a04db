"""A site is told of a decision by the real service: its commands, its processes, a real receiver."""

import time

from moderation.store import Database
from tests.browsing import Console
from tests.calling import call
from tests.conftest import KEY, SHIPPED_MODELS, add_moderator, add_site, fresh_file
from tests.receiving import receiving
from tests.running import MODERATION, answers, command, free_port, running


def test_a_decision_in_the_console_reaches_the_site(tmp_path):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        "MODERATION_INSTANCE": str(tmp_path),
        "MODERATION_MODELS": str(SHIPPED_MODELS),
        "MODERATION_PORT": str(port),
        "MODERATION_CALLBACK_NETWORKS": "127.0.0.0/8",
    }
    database = Database(fresh_file(tmp_path))
    add_site(database, "shop", KEY)
    add_moderator(database, "ana")
    database.close()
    with (
        receiving() as receiver,
        running(
            [MODERATION, "serve"],
            lambda: answers(f"{address}/readyz"),
            log=tmp_path / "log",
            environment=environment,
        ),
    ):
        # The service runs already: what a command sets holds from the next decision on.
        secret = command("callback", "set", "shop", receiver.url, environment=environment)
        call("POST", f"{address}/api/v1/comments", {"id": "7", "text": "Bonus!"}, key=KEY)
        ana = Console(address)
        ana.log_in("ana")
        ana.decide(1, "reject:spam")
        deadline = time.monotonic() + 30
        while not receiver.heard:
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.05)
        listed = command("callback", "deliveries", "shop", environment=environment)

    told = receiver.heard[0].json["data"]
    assert (told["id"], told["decision"]["action"], told["decision"]["reason"]) == (
        "7",
        "reject",
        "spam",
    )
    assert listed.startswith("1\tcallback\t7\treject\t")
    log = (tmp_path / "log").read_text()
    assert "sender_in_trouble" not in log
    assert secret.strip() not in log
