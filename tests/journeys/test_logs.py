"""Whoever collects logs gets JSON, line for line, from a real service's first line to its last."""

import json
import signal
import socket
import subprocess
import time

from click.testing import CliRunner

from moderation.cli import main
from tests.calling import call
from tests.conftest import SHIPPED_MODELS, fresh_file
from tests.running import MODERATION, START_SECONDS, answers, free_port


def test_every_line_of_a_service_is_json_and_what_it_began_is_answered_before_it_ends(
    tmp_path, monkeypatch
):
    fresh_file(tmp_path)
    monkeypatch.setenv("MODERATION_LOG_FORMAT", "json")
    monkeypatch.setenv("MODERATION_INSTANCE", str(tmp_path))
    monkeypatch.setenv("MODERATION_MODELS", str(SHIPPED_MODELS))
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    log = tmp_path / "log"
    with log.open("wb") as output:
        service = subprocess.Popen(
            [MODERATION, "serve", "--port", str(port)], stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(f"{address}/readyz"):
            assert service.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        # Whoever starts it as it comes has nothing to worry about.
        assert {line["level"] for line in lines(log)} == {"info"}
        key = next(line["key"] for line in lines(log) if line["event"] == "first_site")
        assert call("POST", f"{address}/api/v1/comments", {"id": "1", "text": "Thanks."}, key=key).json
        with socket.create_connection(("127.0.0.1", port)) as stranger:
            stranger.sendall(b"\x16\x03 this is no HTTP\r\n\r\n")
            stranger.recv(1_000)

        body = b'{"id": "2", "text": "Slowly."}'
        with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
            head = f"POST /api/v1/comments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            slow.sendall(head.encode() + body[:5])
            time.sleep(0.3)
            service.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            slow.sendall(body[5:])
            assert slow.recv(100).startswith(b"HTTP/1.1 201")
        assert service.wait(20) == 0
    finally:
        service.kill()
        service.wait()

    events = [line["event"] for line in lines(log)]
    assert {"first_moderator", "serving", "model_loaded", "comment_judged", "request"} <= set(events)
    assert [line["level"] for line in lines(log) if line.get("logger") == "_granian"]
    assert "see ya" in events[-1]


def test_so_is_why_it_does_not_start(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        in_use = refused(tmp_path, "--port", str(taken.getsockname()[1]))
    assert "cannot be used" in in_use
    assert "moderation db upgrade" in refused(tmp_path)
    assert "MODERATION_PORT" in refused(tmp_path, MODERATION_PORT="http")


def refused(folder, *options, **settings):
    settings = {"MODERATION_LOG_FORMAT": "json", "MODERATION_INSTANCE": str(folder), **settings}
    told = CliRunner().invoke(main, ("serve", *options), env=settings)
    assert (told.exit_code, told.stdout) == (1, "")
    line = json.loads(told.stderr)
    assert (line["event"], line["level"]) == ("failed", "error")
    return line["reason"]


def lines(log):
    return [json.loads(line) for line in log.read_text().splitlines()]
