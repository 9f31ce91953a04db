"""The samples in docs/callbacks.md, run as they stand there, take what we send and nothing else."""

import base64
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from moderation.callbacks import SECRET_PREFIX
from moderation.delivery import PAUSES
from moderation.sending import messages
from moderation.store.tables import Site
from tests.conftest import START, left_out

DOCUMENT = (Path(__file__).parents[1] / "docs" / "callbacks.md").read_text("utf-8")
SECRET = SECRET_PREFIX + "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA=="
LINES = 15


def sample(language):
    """The sample in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    return found


def in_python(secret, headers, body):
    names = {}
    exec(sample("python"), names)
    return names["is_genuine"](secret, headers, body)


def in_php(secret, headers, body):
    php = shutil.which("php")
    if php is None:
        left_out("there is no PHP to run the sample with")
    arguments = "json_decode($argv[1], true), base64_decode($argv[2])"
    given = json.dumps(headers), base64.b64encode(body).decode()
    code = sample("php") + f"echo is_genuine('{secret}', {arguments}) ? 'yes' : 'no';"
    ran = subprocess.run(
        [php, "-d", "display_errors=1", "-r", code, "--", *given],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout in {"yes", "no"}, ran.stdout
    return ran.stdout == "yes"


in_both = pytest.mark.parametrize("is_genuine", [in_python, in_php])


def sent(*, ago=timedelta(0), secret=SECRET):
    """Headers and body of a message as it is sent."""
    site = Site(
        name="blog",
        url="https://blog.example.org/",
        key_hash="",
        created_at=START,
        callback_url="https://blog.example.org/heard",
        callback_secret=secret,
    )
    made = messages.example(site, now=datetime.now(UTC) - ago)
    return {name.lower(): value for name, value in made.headers.items()}, made.body


@in_both
def test_what_we_send_is_genuine(is_genuine):
    headers, body = sent(ago=timedelta(minutes=4))

    assert is_genuine(SECRET, headers, body)


@in_both
def test_one_genuine_signature_among_several_is_enough(is_genuine):
    headers, body = sent()
    headers["webhook-signature"] = f"v1,AAAA v1a,BBBB {headers['webhook-signature']}"

    assert is_genuine(SECRET, headers, body)


ALTERATIONS = {
    "another body": lambda headers, body: (headers, body.replace(b"test", b"tesT")),
    "a longer body": lambda headers, body: (headers, body + b" "),
    "no body": lambda headers, body: (headers, b""),
    "another id": lambda headers, body: ({**headers, "webhook-id": "decision-18"}, body),
    "a later time": lambda headers, body: (
        {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)},
        body,
    ),
    "no time": lambda headers, body: ({**headers, "webhook-timestamp": ""}, body),
    "a time that is none": lambda headers, body: ({**headers, "webhook-timestamp": "-1e3"}, body),
    "no signature": lambda headers, body: ({**headers, "webhook-signature": ""}, body),
    "no headers": lambda headers, body: ({}, body),
    "another signature": lambda headers, body: (
        {**headers, "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="},
        body,
    ),
    "a signature in another script": lambda headers, body: (
        {**headers, "webhook-signature": "v1,é"},
        body,
    ),
    "an old message": lambda headers, body: sent(ago=timedelta(minutes=6)),
    "a message from the future": lambda headers, body: sent(ago=timedelta(minutes=-6)),
    "another site's secret": lambda headers, body: sent(secret=SECRET_PREFIX + "b3RoZXI="),
}


@in_both
@pytest.mark.parametrize("altered", ALTERATIONS.values(), ids=ALTERATIONS.keys())
def test_anything_else_is_not(is_genuine, altered):
    headers, body = altered(*sent())

    assert not is_genuine(SECRET, headers, body)


def test_the_example_is_what_we_send():
    example = re.search(r"```http\n.*?\n\n(.*?)```", DOCUMENT, re.DOTALL)
    shown = msgspec.json.decode(example[1])

    told = msgspec.convert(shown["data"], messages.DecidedComment)
    assert msgspec.to_builtins(told) == shown["data"]
    assert set(shown) == set(msgspec.json.decode(sent()[1]))


@pytest.mark.parametrize("language", ["python", "php"])
def test_the_samples_are_short(language):
    assert len(sample(language).splitlines()) <= LINES


def test_the_document_names_the_pauses():
    """In words, as people read them."""
    units = {1: "s", 60: "min", 3600: "h"}
    words = []
    for pause in PAUSES:
        size = max(
            size for size in units if pause.seconds % size == 0 and pause >= timedelta(seconds=size)
        )
        words.append(f"{pause // timedelta(seconds=size)} {units[size]}")

    assert f"{', '.join(words[:-1])} and {words[-1]}, then given up" in DOCUMENT
