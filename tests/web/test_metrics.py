"""What Prometheus is told: the right numbers, to the right one, and nothing of what people wrote."""

import json
import os
import re
import signal
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from moderation import callbacks, delivery, review
from moderation.figures.drift import full_weeks, midnight
from moderation.settings import BadSettings, Settings, read
from moderation.store import Database
from moderation.store.plans import is_postgresql
from moderation.verdict import Action
from tests.calling import call
from tests.conftest import KEY, SHIPPED_MODELS, add_site, fresh_file, listening, on_each_database
from tests.making import decider, stored
from tests.planting import SEED, plant
from tests.running import MODERATION, answers, free_port, running

TOKEN = "correct-horse-battery"
ROOT = Path(__file__).parents[2]
HOUR = timedelta(hours=1)


def scrape(address: str, token: str = TOKEN):
    return call("GET", f"{address}/metrics", headers={"Authorization": f"Bearer {token}"})


def samples(address: str) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels, in the order of the labels' names."""
    return {
        (one.name, *(value for _, value in sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(scrape(address).text)
        for one in family.samples
    }


def names(told: str) -> set[str]:
    return set(re.findall(r"^# TYPE (\S+)", told, re.MULTILINE))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request, tmp_path_factory):
    """A shop with something of everything, a quiet blog, and a forum whose comments have moved."""
    with on_each_database(request, tmp_path_factory, metrics_token=TOKEN) as (database, address):
        shop = add_site(database, "shop", KEY)
        add_site(database, "blog", "fedcba987654")
        forum = add_site(database, "forum", "fedcba987655")
        ana, now = decider(database), datetime.now(UTC)
        with database.writing() as session:
            shop, forum = session.merge(shop), session.merge(forum)
            callbacks.register(session, shop, "https://shop.example.org/heard")
            for number, age in enumerate((3 * HOUR, 2 * HOUR)):
                stored(session, shop, f"waits {number}", now=now - age)
            decided = [
                stored(session, shop, f"decided {number}", action=said, now=now - 40 * HOUR)
                for number, said in enumerate(
                    [Action.REVIEW, Action.APPROVE, Action.APPROVE, Action.REVIEW]
                )
            ]
            ends = (Action.REJECT, Action.REJECT, Action.APPROVE, Action.APPROVE)
            ages = (HOUR, 2 * HOUR, 3 * HOUR, 30 * HOUR)
            for one, end, age in zip(decided, ends, ages, strict=True):
                review.decide(session, one.id, ana, end, seen=0, now=now - age)
            # Of four deliveries one arrived, one was given up, one failed, and one was not tried yet.
            given_up = delivery.claim(session, shop.id, now=now)
            delivery.failed(session, given_up, "It answered 404.", most_attempts=1, now=now)
            delivery.delivered(session, delivery.claim(session, shop.id, now=now), now=now)
            delivery.failed(
                session, delivery.claim(session, shop.id, now=now), "It answered 500.", now=now
            )
            plant(session, forum, Random(SEED), midnight(full_weeks(now)[-1]), has_moved=True)
            if is_postgresql(session):
                # Planting numbers comments itself, and the service goes on from there.
                session.execute(text("SELECT setval('comments_id_seq', (SELECT max(id) FROM comments))"))
            session.commit()
        yield address


def test_the_figures_are_those_of_a_count_by_hand(service):
    found = samples(service)

    def of(name, *labels):
        return found[f"moderation_{name}", *labels]

    assert of("waiting_comments", "shop", "decision") == 2
    assert of("waiting_comments", "blog", "audit") == 0
    assert of("oldest_waiting_seconds", "shop", "decision") == pytest.approx(3 * 3600, abs=120)
    assert of("oldest_waiting_seconds", "blog", "decision") == 0
    # What was decided 30 hours ago is not of the last day.
    assert (of("decisions_last_day", "approve", "shop"), of("decisions_last_day", "reject", "shop")) == (
        1,
        2,
    )
    assert (
        of("overturned_last_day", "approve", "shop"),
        of("overturned_last_day", "reject", "shop"),
    ) == (0, 1)
    assert [of("deliveries", "shop", state) for state in ("waiting", "failing", "given-up")] == [1, 1, 1]
    assert of("oldest_delivery_seconds", "shop") == pytest.approx(2 * 3600, abs=120)
    assert of("oldest_delivery_seconds", "blog") == 0
    assert of("drift_outside_band", "scores", "forum") == 1
    assert of("drift_outside_band", "rejected", "forum") == 0
    assert not [key for key in found if key[0] == "moderation_drift_outside_band" and "blog" in key]
    assert of("model_up", "default") == 1
    assert of("model_info", "default", next(SHIPPED_MODELS.glob("base-*")).name) == 1
    assert of("models_unusable") == 0
    assert of("database_up") == 1
    assert of("database_bytes") > 100_000
    assert found["process_resident_memory_bytes", str(os.getpid())] > 10_000_000


def test_requests_are_counted_by_rule_and_nothing_that_was_sent_is_told(service):
    before = samples(service)
    call("POST", f"{service}/api/v1/comments", {"id": "unheard", "text": "unheard of"}, key=KEY)
    call("GET", f"{service}/api/v1/comments/unheard", key=KEY)
    call("GET", f"{service}/unheard?unheard=unheard")
    call("UNHEARD", f"{service}/healthz")
    told, after = scrape(service).text, samples(service)

    def more(*key):
        return after[key] - before.get(key, 0)

    rules = [key for key in after if key[0] == "moderation_http_requests_total"]
    (one,) = {rule for _, _, rule, _ in rules if rule.startswith("/api/v1/comments/<")}
    assert more("moderation_http_requests_total", "GET", one, "2xx") == 1
    assert more("moderation_http_requests_total", "POST", "/api/v1/comments", "2xx") == 1
    assert more("moderation_http_requests_total", "GET", "other", "4xx") == 1
    assert more("moderation_http_requests_total", "other", "other", "4xx") == 1
    assert more("moderation_http_request_seconds_count", "POST", "/api/v1/comments") == 1
    assert more("moderation_http_request_seconds_bucket", "+Inf", "POST", "/api/v1/comments") == 1
    assert more("moderation_judging_seconds_count") == 1
    assert sum(more(*key) for key in after if key[0] == "moderation_comments_judged_total") == 1
    for word in (
        "unheard",
        "UNHEARD",
        "ana@example.org",
        "zeppelin",
        "reader1",
        "127.0.0.1",
        KEY,
        TOKEN,
    ):
        assert word not in told


def test_only_whoever_shows_the_token_gets_in(service):
    shown = [
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Basic {TOKEN}",
        f"Bearer {KEY}",
        "Bearer \xe9",
    ]
    refused = [call("GET", f"{service}/metrics", headers={"Authorization": one}) for one in shown]
    nothing = call("GET", f"{service}/nothing")

    assert scrape(service).status == 200
    assert {(one.status, one.body) for one in refused} == {(404, nothing.body)}


def test_without_a_token_in_the_settings_there_is_no_such_address(tmp_path):
    fresh_file(tmp_path)
    with listening(Settings(instance=tmp_path, models=SHIPPED_MODELS)) as address:
        assert [scrape(address, token).status for token in ("", "None", TOKEN)] == [404, 404, 404]


def test_a_token_that_could_be_guessed_or_not_be_sent_is_refused_and_not_repeated():
    for token in ("short", "sixteen letters and blanks"):
        with pytest.raises(BadSettings, match="MODERATION_METRICS_TOKEN: ") as refused:
            read({"MODERATION_METRICS_TOKEN": token})
        assert token not in str(refused.value)


def test_without_its_database_the_service_still_tells_that(tmp_path):
    settings = Settings(instance=tmp_path, models=SHIPPED_MODELS, metrics_token=TOKEN)
    with listening(settings) as address:
        found = samples(address)

    assert found["moderation_database_up",] == 0
    assert found["moderation_models_unusable",] == 1
    assert not [name for name, *_ in found if name == "moderation_waiting_comments"]


def test_the_page_of_metrics_names_what_there_is(service):
    page = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    table = re.findall(r"^\| `(\w+)` \| (\w+) \|([^|]*)\|", page, re.MULTILINE)
    # Something is counted of everything, so that each has its labels.
    call("POST", f"{service}/api/v1/comments", {"id": "seen", "text": "Seen."}, key=KEY)
    told = scrape(service).text

    assert sorted(name for name, _, _ in table) == sorted(names(told))
    for family in text_string_to_metric_families(told):
        kind = next(kind for name, kind, _ in table if name.removesuffix("_total") == family.name)
        labels = next(labels for name, _, labels in table if name.removesuffix("_total") == family.name)
        used = {label for one in family.samples for label in one.labels} - {"le"}
        assert (kind, set(re.findall(r"`(\w+)`", labels))) == (family.type, used), family.name


def test_the_board_and_the_alerts_ask_only_for_what_there_is(service):
    board = json.loads((ROOT / "examples" / "grafana" / "moderation.json").read_text("utf-8"))
    asked = [one["expr"] for panel in board["panels"] for one in panel.get("targets", [])]
    asked += [one["query"]["query"] for one in board["templating"]["list"] if one["type"] == "query"]
    alerts = (ROOT / "examples" / "prometheus" / "alerts.yml").read_text("utf-8")
    call("POST", f"{service}/api/v1/comments", {"id": "asked", "text": "Asked."}, key=KEY)
    told = {name for name, *_ in samples(service)}

    rows = [panel["title"] for panel in board["panels"] if panel["type"] == "row"]
    assert rows == [
        "Traffic", "Queue", "Decisions and overturned", "Deliveries", "Models and drift", "Processes",
    ]  # fmt: skip
    assert len(re.findall(r"- alert: Moderation\w+", alerts)) == 5
    for question in [*asked, *re.findall(r"^.*\bmoderation_.*$", alerts, re.MULTILINE)]:
        found = re.findall(r"\b(?:moderation|process)_\w+", question)
        assert found, question
        assert set(found) <= told, question


@pytest.mark.long
def test_processes_count_together_also_what_one_counted_that_died(tmp_path):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    database = Database(fresh_file(tmp_path))
    add_site(database, "shop", KEY)
    database.close()
    environment = {
        "MODERATION_INSTANCE": str(tmp_path),
        "MODERATION_MODELS": str(SHIPPED_MODELS),
        "MODERATION_PORT": str(port),
        "MODERATION_WORKERS": "2",
        "MODERATION_METRICS_TOKEN": TOKEN,
        "TMPDIR": str(tmp_path),
    }

    def serving() -> dict[str, float]:
        """When each process began that serves."""
        return {
            key[1]: value
            for key, value in samples(address).items()
            if key[0] == "process_start_time_seconds"
        }

    def judged() -> float:
        return sum(
            value
            for key, value in samples(address).items()
            if key[0] == "moderation_comments_judged_total"
        )

    def until(holds) -> None:
        deadline = time.monotonic() + 60
        while True:
            # What a process had taken on when it was killed is not answered.
            with suppress(OSError):
                if holds():
                    return
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.05)

    with running(
        [MODERATION, "serve"],
        lambda: answers(f"{address}/readyz"),
        log=tmp_path / "log",
        environment=environment,
    ):
        # Each request comes on a connection of its own, so that both processes get some.
        until(lambda: len(serving()) == 2)
        for number in range(20):
            call("POST", f"{address}/api/v1/comments", {"id": str(number), "text": "Hello."}, key=KEY)
        assert {judged() for _ in range(20)} == {20}
        first = serving()
        os.kill(int(min(first)), signal.SIGKILL)
        until(lambda: len(serving()) == 2 and serving().keys() != first.keys())
        # A process that only begins to serve would not hear that it shall stop.
        until(lambda: (tmp_path / "log").read_text().count("Started worker-") == 3)
        call("POST", f"{address}/api/v1/comments", {"id": "after", "text": "Hello."}, key=KEY)
        assert {judged() for _ in range(20)} == {21}
        kept = list(tmp_path.glob("moderation-counts-*"))

    assert len(kept) == 1
    assert not kept[0].exists()
