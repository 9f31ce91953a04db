"""What operators see: alive, ready, degraded, and why; and what they must never see: texts."""

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from moderation.settings import Settings
from moderation.store import Database
from moderation.web import create_app
from tests.calling import call
from tests.conftest import KEY, SHIPPED_MODELS, add_site, fresh_file, listening

SHIPPED = next(SHIPPED_MODELS.glob("base-*"))


@pytest.fixture
def settings(tmp_path):
    """A service on SQLite, with a copy of the shipped model that a test may break."""
    found = Settings(instance=tmp_path, models=tmp_path / "models")
    shutil.copytree(SHIPPED, found.models / SHIPPED.name)
    database = Database(fresh_file(found.instance))
    add_site(database, "blog", KEY)
    database.close()
    return found


def test_a_whole_service_is_ready(settings):
    with listening(settings) as address:
        alive, ready = call("GET", f"{address}/healthz"), call("GET", f"{address}/readyz")

    assert (alive.status, alive.json) == (200, {"status": "alive"})
    assert (ready.status, ready.json) == (
        200,
        {"status": "ready", "model": SHIPPED.name, "problems": []},
    )


def remove(model: Path) -> None:
    shutil.rmtree(model)


def damage(model: Path) -> None:
    content = bytearray((model / "model.joblib").read_bytes())
    content[len(content) // 2] ^= 1
    (model / "model.joblib").write_bytes(content)


def cut_short(model: Path) -> None:
    content = (model / "model.joblib").read_bytes()
    (model / "model.joblib").write_bytes(content[:1000])


def empty_the_card(model: Path) -> None:
    (model / "card.json").write_text("{}")


def age(model: Path) -> None:
    card = json.loads((model / "card.json").read_text())
    card["versions"]["scikit-learn"] = "0.24.2"
    (model / "card.json").write_text(json.dumps(card))


@pytest.mark.parametrize("spoil", [remove, damage, cut_short, empty_the_card, age])
def test_without_a_usable_model_comments_are_accepted_and_go_to_review(settings, spoil):
    """A missing, damaged or foreign model must cost nobody a comment, and must not be hidden."""
    spoil(settings.models / SHIPPED.name)

    with listening(settings) as address:
        ready = call("GET", f"{address}/readyz")
        judged = call("POST", f"{address}/api/v1/comments", {"id": "1", "text": "Thank you."}, key=KEY)

    assert (ready.status, ready.json["status"], ready.json["model"]) == (200, "degraded", None)
    assert ready.json["problems"]
    assert (judged.status, judged.json["action"], judged.json["probability"]) == (201, "review", None)
    assert judged.json["reasons"][0]["code"] == "classifier_unavailable"


def test_a_database_that_needs_an_upgrade_is_said_to(tmp_path):
    with listening(Settings(instance=tmp_path, models=SHIPPED_MODELS)) as address:
        ready = call("GET", f"{address}/readyz")

    assert (ready.status, ready.json["status"]) == (503, "unavailable")
    assert "moderation db upgrade" in ready.json["problems"][0]


def test_a_comment_that_cannot_be_stored_is_not_acknowledged(settings, monkeypatch):
    monkeypatch.setattr("moderation.store.engine._WRITER_PATIENCE", 0.1)
    comment = {"id": "1", "text": "Thank you."}
    other = sqlite3.connect(settings.instance / "moderation.db", isolation_level=None)
    with listening(settings) as address, closing(other):
        other.execute("BEGIN IMMEDIATE")
        refused = call("POST", f"{address}/api/v1/comments", comment, key=KEY)
        other.execute("ROLLBACK")
        again = call("POST", f"{address}/api/v1/comments", comment, key=KEY)

    assert (refused.status, refused.json["code"]) == (503, "storage_unavailable")
    assert refused.headers["Retry-After"]
    assert again.status == 201


def test_what_readers_wrote_is_never_logged(settings, capfd, monkeypatch):
    """Not in the ordinary case, and not when something breaks while the text is at hand."""
    secret = "wherefore art thou unlogged"
    monkeypatch.setattr(
        "moderation.addresses.content_hash", lambda draft: (_ for _ in ()).throw(ValueError("broken"))
    )
    with listening(settings) as address:
        url = f"{address}/api/v1/comments/{secret.replace(' ', '%20')}"
        call("GET", url, key=KEY)
        broken = call("POST", f"{address}/api/v1/comments", {"id": "1", "text": secret}, key=KEY)

    logged = capfd.readouterr().err
    assert broken.status == 500
    assert "unexpected_error" in logged
    assert "unlogged" not in logged
    assert KEY not in logged


def test_whoever_is_told_of_a_failure_can_be_asked_for_its_number(settings, capfd, monkeypatch):
    """And is told nothing else: no place in the program, no statement, no reason."""
    monkeypatch.setattr(
        "moderation.addresses.content_hash",
        lambda draft: (_ for _ in ()).throw(ValueError("SELECT secret FROM /etc/passwd")),
    )
    monkeypatch.setattr(
        "moderation.web.console.entering.login_page",
        lambda *words, **more: (_ for _ in ()).throw(ValueError("SELECT secret FROM /etc/passwd")),
    )
    with listening(settings) as address:
        comment = {"id": "1", "text": "Thank you."}
        broken = call("POST", f"{address}/api/v1/comments", comment, key=KEY)
        page = call("GET", f"{address}/console/login")
        well = call("GET", f"{address}/healthz")

    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    for answer in (broken, page):
        number = answer.headers["X-Request-Id"]
        assert answer.status == 500
        assert f"logged as {number}" in answer.text
        about = [line["event"] for line in lines if line.get("request_id") == number]
        assert about == ["unexpected_error", "request"]
        for word in ("Traceback", "ValueError", "SELECT", "passwd", ".py", "moderation/"):
            assert word not in answer.text
    assert len({answer.headers["X-Request-Id"] for answer in (broken, page, well)}) == 3


def test_every_answer_carries_the_security_headers(settings, monkeypatch):
    """Of every address and method, of what there is not, of a wrong host, and of what breaks."""
    app = create_app(
        msgspec.structs.replace(settings, trusted_hosts="localhost", metrics_token="0" * 16)
    )
    app.add_url_rule("/broken", view_func=lambda: 1 // 0)
    asked = [
        (method, re.sub(r"<[^>]+>", "1", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods
    ]
    browser = app.test_client()
    answers = {
        f"{method} {path}": browser.open(path, method=method)
        for method, path in [
            *asked,
            ("GET", "/nowhere"),
            ("GET", "/console/nowhere"),
            ("PUT", "/console/"),
        ]
    }
    answers["another host"] = browser.get("/healthz", headers={"Host": "evil.example"})
    app.extensions["moderation"].database.close()

    assert len(answers) > 200
    assert answers["GET /broken"].status_code == 500
    wrong = [asked for asked, answer in answers.items() if not carries_all(asked, answer)]
    assert wrong == []


def carries_all(asked: str, answer) -> bool:
    told = answer.headers
    policy = dict(one.partition(" ")[::2] for one in told.get("Content-Security-Policy", "").split("; "))
    return (
        policy["default-src"]
        == policy["object-src"]
        == policy["base-uri"]
        == policy["frame-ancestors"]
        == "'none'"
        and policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        and "unsafe" not in told.get("Content-Security-Policy", "")
        and told.get("X-Content-Type-Options", "") == "nosniff"
        and told.get("Referrer-Policy", "") == "same-origin"
        and len(told.get("X-Request-Id", "")) == 16
        and (told.get("Cache-Control") == "no-store" or " /static/" in asked)
        and not any(told.get(name) for name in ("Server", "X-Powered-By"))
    )
