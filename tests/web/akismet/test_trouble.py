"""When something is broken, every check is still answered: in a way that keeps the comment back."""

import http.client
import json
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from moderation import intake
from moderation.settings import Settings
from moderation.store import Database
from moderation.web import judging
from moderation.web.akismet import form
from tests.conftest import KEY, SHIPPED_MODELS, add_site, fresh_file, listening
from tests.running import MODERATION, answers, free_port, running
from tests.web.akismet.asking import GOOD, LIBRARY, NEW_PLUGIN, ON_SQLITE, Blog, guid


@pytest.fixture
def settings(tmp_path):
    """A service of the test's own on SQLite, which it may break, and whose log it can read."""
    settings = Settings(instance=tmp_path, models=SHIPPED_MODELS)
    database = Database(fresh_file(settings.instance))
    add_site(database, "blog", KEY)
    database.close()
    return settings


@contextmanager
def serving(settings):
    with listening(settings) as address:
        yield Blog(address, KEY, "https://blog.example.org")


def assert_keeps_back(answer):
    """WordPress looks at the body and the id alone, libraries at the status and the body."""
    assert (answer.status, answer.body) == (200, b"error")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-length"] == "5"
    assert answer.headers["x-akismet-debug-help"] == "temporarily unavailable"


def broken(*_args, **_options):
    """Break as nobody foresaw."""
    raise RuntimeError("broken")


@ON_SQLITE
class TestBroken:
    @pytest.mark.parametrize(
        ("where", "what"),
        [(form, "read"), (judging, "check"), (intake, "sent_before"), (intake, "record")],
    )
    def test_an_error_of_ours_keeps_the_comment_back(self, blog, stored, monkeypatch, where, what):
        monkeypatch.setattr(where, what, broken)

        first, second = (blog.check(GOOD, user_agent=NEW_PLUGIN) for _ in range(2))

        assert_keeps_back(first)
        assert_keeps_back(second)
        assert guid(first) != guid(second)
        monkeypatch.undo()
        assert stored() == []

    def test_a_check_does_not_wait_long_for_other_writers(self, blog, database, monkeypatch):
        # With the patience of others it would outlast the client's time limit.
        monkeypatch.setattr(judging, "_PATIENCE", 0.01)
        with database.writing() as session:
            session.connection()
            assert_keeps_back(blog.check(GOOD))

        assert blog.check(GOOD).body == b"false"

    def test_what_was_kept_back_is_judged_when_it_is_sent_again(self, blog, monkeypatch):
        monkeypatch.setattr(intake, "record", broken)
        assert_keeps_back(blog.check(GOOD))
        monkeypatch.undo()

        assert blog.call("/1.1/verify-key", {"key": blog.key}).body == b"valid"
        assert blog.check(GOOD, recheck_reason="retry").body == b"false"

    @pytest.mark.parametrize("path", ["/1.1/submit-spam", "/1.1/verify-key", "/1.2/usage-limit"])
    def test_other_calls_are_not_answered_as_if_all_were_well(self, blog, monkeypatch, path):
        monkeypatch.setattr(form, "read", broken)

        assert_keeps_back(blog.call(path, blog.fields(GOOD)))

    @pytest.mark.parametrize("method", ["PROPFIND", "FOO"])
    def test_a_method_that_nobody_knows_keeps_the_comment_back(self, blog, method):
        answer = blog.call("/1.1/comment-check", blog.fields(GOOD), method=method)

        assert_keeps_back(answer)
        assert guid(answer)


@ON_SQLITE
class TestTooLarge:
    @pytest.mark.parametrize("path", ["/1.1/comment-check", "/1.1/submit-spam"])
    def test_a_body_beyond_the_limit_keeps_the_comment_back(self, blog, stored, path):
        answer = blog.call(path, blog.fields("a" * 3_000_000))

        assert_keeps_back(answer)
        assert stored() == []

    def test_that_answer_has_an_id_as_well(self, blog):
        assert guid(blog.check("a" * 3_000_000))

    def test_even_what_is_never_read_to_its_end_is_answered(self, blog):
        """A body of a gigabyte is only announced here."""
        connection = http.client.HTTPConnection(urlsplit(blog.address).netloc, timeout=30)
        connection.putrequest("POST", "/1.1/comment-check")
        connection.putheader("Content-Length", str(1024**3))
        connection.endheaders(b"comment_content=")
        answer = connection.getresponse()

        assert (answer.status, answer.read()) == (200, b"error")
        assert answer.headers["X-akismet-guid"]
        connection.close()


class TestWithoutItsParts:
    def test_without_a_database_comments_are_kept_back(self, settings, capfd):
        with serving(settings) as blog:
            (settings.instance / "moderation.db").unlink()
            for journal in settings.instance.glob("moderation.db-*"):
                journal.unlink()
            answer = blog.check(GOOD)

        assert_keeps_back(answer)
        assert guid(answer)
        assert '"event": "storage_failed"' in capfd.readouterr().err

    def test_without_a_database_server_too(self, tmp_path):
        nobody = "postgresql://nobody@127.0.0.1:1/nothing"
        settings = Settings(instance=tmp_path, models=SHIPPED_MODELS, database_url=nobody)
        with serving(settings) as blog:
            answer = blog.check(GOOD)

        assert_keeps_back(answer)
        assert guid(answer)

    def test_without_a_model_comments_wait_for_a_person(self, settings, tmp_path):
        settings = Settings(instance=settings.instance, models=tmp_path / "nothing")
        with serving(settings) as blog:
            kept_back = blog.check(GOOD, user_agent=NEW_PLUGIN)
            filed = blog.check(GOOD, user_agent=LIBRARY, comment_author="ben")

        assert (kept_back.body, filed.body) == (b"review", b"true")


def test_the_server_that_ships_reads_what_is_too_large_to_its_end(settings, tmp_path):
    """Whoever is still sending when the answer comes might never read it, and publish."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        "MODERATION_INSTANCE": str(settings.instance),
        "MODERATION_MODELS": str(SHIPPED_MODELS),
        "MODERATION_WORKERS": "1",
    }
    serve = [MODERATION, "serve", "--port", str(port)]
    blog = Blog(address, KEY, "https://blog.example.org")
    with running(
        serve, lambda: answers(f"{address}/healthz"), log=tmp_path / "log", environment=environment
    ):
        large, small = blog.check("a" * 20_000_000), blog.check(GOOD)

    assert_keeps_back(large)
    assert guid(large)
    assert (small.body, small.headers["content-length"]) == (b"false", "5")


class TestTheLog:
    SECRETS = ("Nobody may", "the quiet", "the loud", "ana@example.org", "192.0.2.7", KEY)

    def test_it_names_ids_and_actions_only(self, settings, capfd):
        with serving(settings) as blog:
            blog.check("Nobody may read this.", comment_author="ana the quiet")
            blog.report("spam", "Nobody may read this.", reporter="ben the loud")

        logged = capfd.readouterr().err
        assert {"comment_judged", "comment_asked_again", "comment_reported"} <= events(logged)
        assert [secret for secret in self.SECRETS if secret in logged] == []

    def test_what_went_wrong_is_there_without_what_was_written(self, settings, monkeypatch, capfd):
        monkeypatch.setattr(intake, "record", broken)
        with serving(settings) as blog:
            blog.check("Nobody may read this.", comment_author="ana the quiet")

        logged = capfd.readouterr().err
        assert "unexpected_error" in events(logged)
        assert [secret for secret in self.SECRETS if secret in logged] == []


def events(logged):
    return {json.loads(line)["event"] for line in logged.splitlines() if line.startswith("{")}
