"""From comments to a model that learnt from the decisions on them, serving without a restart.

The owner of a garden blog lets nobody sell and wants no football; the shipped model knows neither.
"""

import html
import itertools
import json
import random
import re
import shutil
import time

import pytest
from sqlalchemy import update

from moderation.store import Database
from moderation.store.tables import Site
from tests.browsing import PASSWORD, Console
from tests.calling import call
from tests.conftest import SHIPPED_MODELS
from tests.running import MODERATION, answers, command, free_port, running

DECISIONS = 120
PLANTS = [
    "roses",
    "tulips",
    "beans",
    "tomatoes",
    "ferns",
    "lavender",
    "apples",
    "dahlias",
    "carrots",
    "hedges",
]
TROUBLES = ["slugs", "frost", "mildew", "drought", "aphids", "moles", "wind", "clay", "shade", "moss"]
WAYS = [
    "compost",
    "mulch",
    "pruning",
    "patience",
    "netting",
    "watering",
    "digging",
    "ashes",
    "straw",
    "coffee",
]
CLUBS = [
    "Rovers",
    "United",
    "Athletic",
    "Wanderers",
    "Albion",
    "County",
    "Rangers",
    "Hotspur",
    "Town",
    "City",
]
PLAYS = [
    "goalkeeper",
    "striker",
    "penalty",
    "offside",
    "referee",
    "midfield",
    "transfer",
    "kickoff",
    "header",
    "league",
]


def comments() -> list[tuple[str, bool]]:
    """Civil comments of gardeners and of football fans, and whether this owner rejects them."""
    random.seed(7)
    gardening = [
        f"My {plant} had much {trouble} this year; {way} helped a little. What do you do? ({number})"
        for number, (plant, trouble, way) in enumerate(itertools.product(PLANTS, TROUBLES, WAYS))
    ]
    football = [
        f"Did you see the {club} last night? That {play} decided it, {other} never came back. ({number})"
        for number, (club, play, other) in enumerate(itertools.product(CLUBS, PLAYS, CLUBS))
    ]
    half = DECISIONS // 2
    found = [(text, False) for text in random.sample(gardening, half)]
    found += [(text, True) for text in random.sample(football, half)]
    random.shuffle(found)
    return found


@pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)
def test_a_site_teaches_its_model(database_url, tmp_path):
    models = tmp_path / "models"
    shipped = next(SHIPPED_MODELS.glob("base-*"))
    shutil.copytree(shipped, models / shipped.name)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        "MODERATION_INSTANCE": str(tmp_path),
        "MODERATION_DATABASE_URL": database_url,
        "MODERATION_MODELS": str(models),
        "MODERATION_PORT": str(port),
        "MODERATION_WORKERS": "2",
    }
    key = command(
        "site", "add", "garden", "https://garden.example.org/", environment=environment
    ).strip()
    command("moderator", "add", "ana", environment=environment, stdin=PASSWORD)
    decide_on_all(database_url)

    with running(
        [MODERATION, "serve"],
        lambda: answers(f"{address}/readyz"),
        environment=environment,
        log=tmp_path / "service.log",
    ):
        for number, (text, _) in enumerate(comments()):
            sent = call("POST", f"{address}/api/v1/comments", {"id": str(number), "text": text}, key=key)
            assert sent.status == 201

        decide_all(Console(address), comments())
        decided = hear_all(address, key)
        assert decided == {
            str(number): "reject" if rejected else "approve"
            for number, (_, rejected) in enumerate(comments())
        }

        offside = "Was that offside? The Rangers striker thought so, the referee did not."
        before = score(address, key, offside)
        assert before["model"] == shipped.name

        told = command("retrain", "--name", "garden-1", "--confidence", "0.9", environment=environment)
        assert "with 90% confidence, at most 20% of all bad comments lie there" in " ".join(told.split())
        assert score(address, key, offside)["model"] == shipped.name
        command("models", "promote", "garden-1", environment=environment)
        after = until_all_workers(address, key, offside, "garden-1")
        assert after["probability"] > before["probability"] + 0.3
        assert score(address, key, "My ferns love the shade and hate the wind.")["action"] == "approve"

        command("models", "rollback", environment=environment)
        again = until_all_workers(address, key, offside, shipped.name)
        assert again["probability"] == before["probability"]

    card = json.loads((models / "garden-1" / "card.json").read_text())
    assert card["base"] == shipped.name
    assert card["account"]["teach"] == DECISIONS
    assert card["made_by"] == (
        "moderation retrain --name garden-1 --group default --good-lost 0.005 --bad-published 0.2"
        " --confidence 0.9"
    )
    assert card["made_by"] in (models / "garden-1" / "card.md").read_text()


def decide_on_all(database_url: str) -> None:
    """Let chance choose nothing: she looks at every comment, so that each stands for itself alone."""
    database = Database(database_url)
    with database.writing() as session:
        session.execute(update(Site).values(audit_share=0.0))
        session.commit()
    database.close()


def decide_all(console: Console, judged: list[tuple[str, bool]]) -> None:
    """Decide on every comment in the review pages, also on those that the machine approved."""
    assert console.log_in("ana").status == 200
    for number, (text, rejected) in enumerate(judged, start=1):
        page = console.read(f"/console/comments/{number}")
        assert text in html.unescape(re.sub(r"<[^>]+>", "", page.text))
        decided = console.send(
            page,
            f"/console/comments/{number}/decision",
            seen="0",
            decision="reject:off-topic" if rejected else "approve",
        )
        assert decided.status == 200


def hear_all(address: str, key: str) -> dict[str, str]:
    """Follow the feed to its end, as a blog does."""
    heard: dict[str, str] = {}
    cursor = 0
    while True:
        feed = call("GET", f"{address}/api/v1/decisions?after={cursor}&limit=90", key=key).json
        if not feed["decisions"]:
            return heard
        heard |= {one["id"]: one["decision"]["action"] for one in feed["decisions"]}
        cursor = feed["next"]


def score(address: str, key: str, text: str) -> dict:
    return call("POST", f"{address}/api/v1/score", {"text": text}, key=key).json


def until_all_workers(address: str, key: str, text: str, model: str) -> dict:
    """Ask until twenty answers in a row come from `model`: both workers have it, without a restart."""
    deadline = time.monotonic() + 30
    in_a_row = 0
    while in_a_row < 20:
        assert time.monotonic() < deadline, f"some worker does not serve {model}"
        judged = score(address, key, text)
        in_a_row = in_a_row + 1 if judged["model"] == model else 0
    return judged
