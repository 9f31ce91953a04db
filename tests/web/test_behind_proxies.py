"""Whom the service believes where a request came from, and to which names it answers."""

import pytest

from moderation.settings import BadSettings, Settings, read
from moderation.web import create_app
from tests.conftest import SHIPPED_MODELS, fresh_file


@pytest.fixture
def make(tmp_path):
    made = []
    fresh_file(tmp_path)

    def app(**chosen):
        made.append(create_app(Settings(instance=tmp_path, models=SHIPPED_MODELS, **chosen)))
        made[-1].add_url_rule("/seen", view_func=seen)
        return made[-1].test_client()

    yield app
    for one in made:
        one.extensions["moderation"].database.close()


def seen():
    from flask import request

    return {"from": request.remote_addr, "scheme": request.scheme, "host": request.host}


@pytest.mark.parametrize(
    ("proxies", "forwarded_for", "proto", "expected"),
    [
        # Nobody is believed unless somebody said so.
        (0, "203.0.113.9", "https", ("127.0.0.1", "http")),
        (1, "203.0.113.9", "https", ("203.0.113.9", "https")),
        # What the client wrote stands before what the proxy added.
        (1, "6.6.6.6, 203.0.113.9", "https", ("203.0.113.9", "https")),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "http, https", ("203.0.113.9", "http")),
        # Whoever comes past the second proxy is not believed either.
        (2, "203.0.113.9", "https", ("127.0.0.1", "http")),
        (1, None, None, ("127.0.0.1", "http")),
    ],
)
def test_as_many_proxies_are_believed_as_there_are(make, proxies, forwarded_for, proto, expected):
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/x", "Forwarded": "for=6.6.6.6"}
    told = {"X-Forwarded-For": forwarded_for, "X-Forwarded-Proto": proto}
    headers = forged | {name: value for name, value in told.items() if value}
    found = make(proxies=proxies).get("/seen", headers=headers).json

    assert (found["from"], found["scheme"], found["host"]) == (*expected, "localhost")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("moderation.example.org", 200),
        ("moderation.example.org:8443", 200),
        ("0123456789ab.keys.example.org", 200),
        ("keys.example.org", 200),
        # By these the machine itself asks.
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("evil.example", 400),
        ("evil.example:80", 400),
        ("x.moderation.example.org", 400),
        ("evilkeys.example.org", 400),
        ("keys.example.org.evil.example", 400),
        ("keys.example.org@evil.example", 400),
        ("localhost.evil.example", 400),
        ("", 400),
    ],
)
def test_only_hosts_that_are_ours_are_answered_to(make, host, status):
    browser = make(trusted_hosts="Moderation.example.org, .keys.example.org")
    for path in ("/healthz", "/console/login"):
        answer = browser.get(path, headers={"Host": host})
        assert answer.status_code == status
        assert "evil" not in answer.get_data(as_text=True)


def test_without_a_list_every_host_that_makes_sense_is(make):
    assert make().get("/healthz", headers={"Host": "anything.example"}).status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [("TRUSTED_HOSTS", "https://a.example/"), ("PROXIES", "-1"), ("IDLE_MINUTES", "0")],
)
def test_what_makes_no_sense_stops_the_start(name, value):
    with pytest.raises(BadSettings, match=f"MODERATION_{name}"):
        read({f"MODERATION_{name}": value})
