"""What must not be stored is nowhere: calls to the real service, then a search for their words."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from tests.calling import call
from tests.conftest import KEY, listening
from tests.running import MODERATION, answers, free_port, running
from tests.web.test_perspective import ask_at, prepared

CALLS = 400
# How many of them are larger than a request may be.
TOO_LARGE = 6
LARGEST_BODY = 1024 * 1024
# A word of every text, and one of a comment that is stored, so that a search which finds nothing
# is known to search.
SECRET, STORED = "wheretofor", "notwithstood"

MULTIPART = 'multipart/form-data; boundary="x"'
BATCH = 'multipart/mixed; boundary="x"'
FORM = "application/x-www-form-urlencoded"

Request = tuple[str, dict[str, str], bytes]


def analysis(text: str, **fields: object) -> Request:
    content = {
        "comment": {"text": text},
        "requestedAttributes": {"TOXICITY": {}, "LIKELY_TO_REJECT": {}},
        "doNotStore": True,
        **fields,
    }
    return f"/v1alpha1/comments:analyze?key={KEY}", {}, json.dumps(content).encode()


def suggestion(text: str, **fields: object) -> Request:
    said = {"attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}, "clientToken": text[:50]}
    path, headers, body = analysis(text, **{**said, **fields})
    return path.replace("analyze", "suggestscore"), headers, body


def told(request: Request, media_type: str) -> Request:
    path, _, body = request
    return path, {"Content-Type": media_type}, body


def requests(number: int) -> Iterator[Request]:
    """Every sort of call that could leave something behind; each text is another one."""
    text = f"You {SECRET} {number} idiot {SECRET}, ana says {SECRET}s"
    # Good ones.
    yield analysis(text)
    yield analysis(text, clientToken=text, sessionId=text, communityId=text, spanAnnotations=True)
    yield analysis(text, context={"entries": [{"text": text}]})
    yield analysis(text, somethingUnknown=text)
    yield analysis(f"{SECRET}\0\ufeff {SECRET[:4]}\u200b{SECRET[4:]} {SECRET} 1d!0t 🙂")
    yield analysis(f"{SECRET} " * 1_800, spanAnnotations=True)
    yield analysis(f"{SECRET}. " * 1_600, spanAnnotations=True)
    yield suggestion(text)
    yield suggestion(text, communityId=text)
    # Odd ones.
    for media_type in (FORM, MULTIPART, BATCH, "text/plain", text):
        yield told(analysis(text), media_type)
    yield f"/v1alpha1/comments:analyze?key={KEY}", {}, f'{{comment: {{text: "{text}"}}}}'.encode()
    part = f"--x\r\nContent-Type: application/http\r\n\r\nPOST {analysis(text)[0]} HTTP/1.1\r\n\r\n"
    yield f"/batch?{SECRET}", {"Content-Type": BATCH}, part.encode() + analysis(text)[2] + b"\r\n--x--"
    yield "/batch", {"Content-Type": BATCH}, f"--x\r\n\r\nPOST /{SECRET} HTTP/1.1\r\n\r\n--x--".encode()
    # Erroneous ones.
    yield analysis(text, languages=[SECRET])
    yield analysis(text, requestedAttributes={SECRET: {}})
    yield analysis(text, requestedAttributes={"TOXICITY": {"scoreType": SECRET}})
    yield analysis(text, comment={"text": text, "type": SECRET})
    yield analysis(text, comment={"text": text, "type": "HTML"})
    yield analysis(text, spanAnnotations=SECRET)
    yield suggestion(text, attributeScores={"TOXICITY": {"summaryScore": {"value": SECRET}}})
    yield suggestion(text, attributeScores={SECRET: {}})
    yield analysis(f"Das ist {SECRET} ein sehr schöner Beitrag, vielen Dank dafür und liebe Grüße")
    yield analysis(f"{SECRET} " * 3_000)
    yield suggestion(f"{SECRET} " * 3_000)
    yield f"/v1alpha1/comments:analyze?key={SECRET}", {}, analysis(text)[2]
    yield "/v1alpha1/comments:analyze", {"Authorization": f"Bearer {SECRET}"}, analysis(text)[2]
    yield f"/v1alpha1/comments:{SECRET}?key={KEY}", {}, analysis(text)[2]
    yield f"/v1alpha1/comments:analyze?key={KEY}", {}, text.encode()
    yield f"/v1alpha1/comments:analyze?key={KEY}", {}, analysis(text)[2][:-9]
    yield f"/v1alpha1/comments:analyze?key={KEY}", {}, text.encode("utf-16")
    if number < TOO_LARGE / 2:
        # Larger than any request may be.
        yield analysis(f"{SECRET} " * 110_000)
        yield told(analysis(f"{SECRET} " * 110_000), MULTIPART)


def send(address: str) -> Counter[int | None]:
    """Send them all, and count the statuses; None where the server hung up on a body too large."""
    statuses: Counter[int | None] = Counter()
    calls = (request for number in range(CALLS) for request in requests(number))
    connection = HTTPConnection(urlsplit(address).netloc, timeout=30)
    for path, headers, body in islice(calls, CALLS):
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except OSError:
            status = None
        statuses[status] += 1
        # The server hangs up after a body that it did not read to its end.
        if status in {404, None} or len(body) > LARGEST_BODY:
            connection.close()
    connection.close()
    return statuses


def holding(word: str, *folders: Path) -> list[str]:
    """Name the files that hold a word, also in parts of UTF-16."""
    forms = (word.encode(), word.encode("utf-16-le"))
    files = (file for folder in folders for file in folder.rglob("*") if file.is_file())
    return [file.name for file in files if any(form in file.read_bytes().lower() for form in forms)]


def test_no_word_of_400_texts_is_kept_anywhere(tmp_path):
    instance, temporary, logs = (tmp_path / name for name in ("instance", "temporary", "logs"))
    for folder in (instance, temporary, logs):
        folder.mkdir()
    settings = prepared(instance)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        "MODERATION_INSTANCE": str(instance),
        "MODERATION_MODELS": str(settings.models),
        "MODERATION_PORT": str(port),
        "TMPDIR": str(temporary),
    }
    log = logs / "service.log"
    with running(
        [MODERATION, "serve"], lambda: answers(f"{address}/readyz"), log=log, environment=environment
    ):
        statuses = send(address)
        call("POST", f"{address}/api/v1/comments", {"id": "1", "text": f"What {STORED}."}, key=KEY)
        metrics = call("GET", f"{address}/metrics").text
        while_running = holding(SECRET, instance, temporary, logs)
        found_stored = holding(STORED, instance)

    assert statuses.total() == CALLS
    assert set(statuses) <= {200, 400, 403, 404, None}
    assert min(statuses[200], statuses[400]) > CALLS / 4
    assert statuses[None] <= TOO_LARGE
    # One line a call, and the search does find what is there.
    assert log.read_text().count('"route": "/v1alpha1/comments:analyze"') > CALLS / 2
    assert found_stored
    assert while_running == holding(SECRET, instance, temporary, logs) == []
    assert SECRET not in metrics
    with closing(sqlite3.connect(instance / "moderation.db")) as database:
        counts = {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("comments", "verdicts", "decisions", "deliveries")
        }
    assert counts == {"comments": 1, "verdicts": 1, "decisions": 0, "deliveries": 0}


def test_an_unforeseen_error_is_said_without_a_word_of_the_text(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(
        "moderation.web.perspective.analysis.sentences",
        lambda text: (_ for _ in ()).throw(ValueError(text)),
    )
    with listening(prepared(tmp_path)) as address:
        text = "wherefore art thou unlogged"
        answer = ask_at(address, text, ["TOXICITY"], spanAnnotations=True)

    error = answer.json["error"]
    assert (answer.status, error["code"], error["status"]) == (500, 500, "INTERNAL")
    logged = capfd.readouterr().err
    assert "unexpected_error" in logged
    assert "unlogged" not in logged + answer.text
