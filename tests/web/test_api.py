"""The JSON API over real HTTP, on both databases, judged by the shipped model."""

import json
import uuid
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from moderation import intake, review, sites
from moderation.store.tables import Comment, RejectionReason
from moderation.verdict import ATTRIBUTES, Action
from tests.calling import Answer, call
from tests.conftest import add_moderator, add_site, at, on_each_database

MILITIA = (
    "ETTs still embed with local forces and they matter for building capacity. Maybe the article means "
    "the other units? Building up that army is the central mission; are they not achieving it?"
)

# So short that it may be said on every site of the server without being taken for a copy.
THANKS = "Thank you, I agree."


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request, tmp_path_factory):
    """A database of each kind, and a service on it; each test has a site of its own."""
    with on_each_database(request, tmp_path_factory) as found:
        yield found


@pytest.fixture
def database(service):
    """The service's database."""
    return service[0]


@pytest.fixture
def key(database):
    """The key of a new site."""
    key = uuid.uuid4().hex
    add_site(database, key, key)
    return key


@pytest.fixture
def api(service, key):
    """Call the API with the site's key: method, path below /api/v1, content."""

    def ask(method: str, path: str, content: object = None, **options: object) -> Answer:
        return call(method, f"{service[1]}/api/v1/{path}", content, **{"key": key, **options})

    return ask


@pytest.fixture
def stored_count(database, key):
    """Count what is stored for the site."""

    def count() -> int:
        with database.reading() as session:
            site = sites.by_name(session, key)
            return session.scalar(select(func.count(Comment.id)).where(Comment.site_id == site.id))

    return count


class TestSubmitting:
    def test_a_civil_comment_on_war_is_approved(self, api):
        page = {"title": "Are militias recruiting Shi'ite gangs?", "url": "https://blog.example.org/1"}

        answer = api("POST", "comments", {"id": "1", "text": MILITIA, "page": page})

        assert answer.status == 201
        assert answer.json["action"] == "approve"

    @pytest.mark.parametrize(
        "text",
        [
            "you are a worthless idiot, nobody wants you here",
            "Best online casino! 500 free spins, no deposit bonus: http://lucky-spins.example/win",
        ],
    )
    def test_abuse_and_advertisement_are_not(self, api, text):
        answer = api("POST", "comments", {"id": "1", "text": text})

        assert answer.json["action"] in {"review", "reject"}
        assert answer.json["reasons"]

    def test_the_answer_says_what_and_why(self, api):
        text = "Thanks 🙂 you worthless idiot"
        judged = api("POST", "comments", {"id": "1", "text": text}).json

        assert judged["id"] == "1"
        assert set(judged["scores"]) == set(ATTRIBUTES)
        assert 0 <= judged["probability"] <= 1
        assert judged["model"].startswith("base-")
        assert judged["policy"]
        reason = judged["reasons"][0]
        assert {"source", "code", "message", "spans"} <= set(reason)
        assert "idiot" in [text[start:end] for start, end in reason["spans"]]

    def test_every_field_may_be_sent(self, api):
        answer = api(
            "POST",
            "comments",
            {
                "id": "post-1/comment 2",
                "text": "Good.",
                "author": {
                    "name": "ana",
                    "email": "ana@example.org",
                    "url": "https://ana.example.org/",
                    "ip": "2001:db8::1",
                    "user_agent": "Browser/1.0",
                    "id": "7",
                },
                "page": {
                    "url": "https://blog.example.org/1",
                    "title": "One",
                    "published_at": "2026-11-01T10:00:00+01:00",
                },
                "form": {"honeypot": "", "seconds": 41.5},
                "parent_id": "post-1/comment 1",
                "submitted_at": "2026-11-22T10:00:00Z",
            },
        )

        assert answer.status == 201
        assert api("GET", "comments/post-1/comment%202").json["id"] == "post-1/comment 2"

    @pytest.mark.parametrize("identifier", ["/a/b", "a//b", "a/", "..", "a?b#c%2F", "ä 🙂", " "])
    def test_an_id_is_taken_as_it_is(self, api, identifier):
        """Ids that look like addresses must not lead to another comment."""
        path = f"comments/{quote(identifier, safe='')}"
        api("POST", "comments", {"id": "a/b", "text": "Another comment."})
        assert api("POST", "comments", {"id": identifier, "text": "Good."}).status == 201

        assert api("GET", path).json["id"] == identifier
        assert api("PUT", path, {"text": "Better."}).json["edition"] == 2
        assert api("GET", "comments/a%2Fb").json["edition"] == 1

    @pytest.mark.parametrize("year", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
    def test_the_first_and_the_last_moment_can_be_read_again(self, api, year):
        comment = {"id": "1", "text": "Good.", "submitted_at": year}

        assert api("POST", "comments", comment).status == 201
        assert api("POST", "comments", comment).status == 200

    @pytest.mark.parametrize("text", [" ", "\u200b\u3164", "你是个白痴，去死吧", "Спасибо, интересно."])
    def test_what_cannot_be_read_waits_for_a_person(self, api, text):
        assert api("POST", "comments", {"id": "1", "text": text}).json["action"] == "review"

    @pytest.mark.parametrize("text", ["👍", "!!!", "42", "Merci beaucoup, c'était très intéressant."])
    def test_what_has_no_letters_or_others_of_ours_is_not_held_for_its_script(self, api, text):
        judged = api("POST", "comments", {"id": "1", "text": text}).json

        assert "nothing_to_read" not in [reason["source"] for reason in judged["reasons"]]

    def test_a_retry_is_harmless(self, api, stored_count):
        first = api("POST", "comments", {"id": "1", "text": "Good."})
        second = api("POST", "comments", {"id": "1", "text": "Good."})

        assert (first.status, second.status) == (201, 200)
        assert first.json == second.json
        assert stored_count() == 1

    def test_other_content_under_the_same_id_is_a_conflict(self, api):
        api("POST", "comments", {"id": "1", "text": "Good."})

        answer = api("POST", "comments", {"id": "1", "text": "Bad."})

        assert (answer.status, answer.json["code"]) == (409, "other_content")

    def test_who_fills_in_what_nobody_sees_is_rejected(self, api):
        form = {"honeypot": "http://example.com", "seconds": 0.4}

        judged = api("POST", "comments", {"id": "1", "text": THANKS, "form": form}).json

        assert judged["action"] == "reject"
        codes = [reason["code"] for reason in judged["reasons"]]
        assert codes[:2] == ["filled_honeypot", "sent_too_fast"]

    def test_the_same_words_again_wait_for_a_person(self, api):
        text = "I wrote a little book about the history of bread, do have a look."
        api("POST", "comments", {"id": "1", "text": text})

        answer = api("POST", "comments", {"id": "2", "text": text.upper()})

        assert answer.json["action"] == "review"
        assert "repeated_text" in [reason["code"] for reason in answer.json["reasons"]]


class TestEditing:
    def test_an_approved_comment_that_was_edited_is_seen_by_a_person(self, api):
        assert api("POST", "comments", {"id": "1", "text": THANKS}).json["action"] == "approve"

        edited = api("PUT", "comments/1", {"text": THANKS + " I wonder."})

        assert (edited.status, edited.json["edition"], edited.json["action"]) == (200, 2, "review")
        assert api("GET", "comments/1").json["action"] == "review"

    def test_an_edit_that_changes_nothing_keeps_the_verdict(self, api):
        first = api("POST", "comments", {"id": "1", "text": THANKS})

        assert api("PUT", "comments/1", {"text": THANKS}).json == first.json

    def test_an_edit_of_nothing_is_not_found(self, api):
        answer = api("PUT", "comments/1", {"text": "Good."})

        assert (answer.status, answer.json["code"]) == (404, "unknown_comment")

    def test_the_id_in_the_body_must_be_that_of_the_address(self, api):
        answer = api("PUT", "comments/1", {"id": "2", "text": "Good."})

        assert (answer.status, answer.json["code"]) == (409, "other_id")


class TestHearing:
    def test_what_people_decide_holds_and_is_heard(self, api, database, key):
        api("POST", "comments", {"id": "1", "text": THANKS})
        ana = add_moderator(database, key)
        with database.writing() as session:
            comment = intake.find(session, sites.by_name(session, key), "1")
            decision = review.decide(
                session, comment.id, ana, Action.REJECT, RejectionReason.OFF_TOPIC, seen=0, now=at(1)
            )
            review.undo(session, decision.id, ana, now=at(2))
            review.decide(
                session, comment.id, ana, Action.REJECT, RejectionReason.SPAM, seen=2, now=at(3)
            )
            session.commit()

        found = api("GET", "comments/1").json
        assert (found["action"], found["verdict_action"]) == ("reject", "approve")
        assert found["decision"] == {
            "action": "reject",
            "reason": "spam",
            "decided_at": "2026-11-22T09:03:00Z",
        }
        feed = api("GET", "decisions?limit=2").json
        rest = api("GET", f"decisions?after={feed['next']}").json
        heard = [(one["id"], one["decision"]["action"]) for one in feed["decisions"] + rest["decisions"]]
        assert heard == [("1", "reject"), ("1", "approve"), ("1", "reject")]
        assert api("GET", f"decisions?after={rest['next']}").json == {
            "decisions": [],
            "next": rest["next"],
        }

    def test_an_unknown_comment_is_not_found(self, api):
        answer = api("GET", "comments/nowhere")

        assert (answer.status, answer.json["code"]) == (404, "unknown_comment")

    @pytest.mark.parametrize("query", ["after=x", "after=-1", "after=99999999999", "limit=0", "since=1"])
    def test_a_wrong_question_is_refused(self, api, query):
        assert api("GET", f"decisions?{query}").status == 422


def test_of_a_name_that_is_asked_twice_the_first_counts_and_no_other_place_does(api):
    body = b"after=x&limit=x"
    asked = api("GET", "decisions?after=0&after=x&limit=1&limit=1000000", raw=body)

    assert asked.status == 200


def test_scoring_judges_and_stores_nothing(api, stored_count):
    answer = api("POST", "score", {"text": "you are a worthless idiot"})

    assert answer.status == 200
    assert answer.json["action"] in {"review", "reject"}
    assert stored_count() == 0


class TestRefusals:
    """Bad input gets a clear problem, never a 500, and nothing is stored."""

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            # No JSON at all.
            (b"", 400, "broken_json"),
            (b'{"id": "1", "text": "a"', 400, "broken_json"),
            (b'{"id": "1", "text": NaN}', 400, "broken_json"),
            (b'{"id": "1", "text": "a", "form": {"seconds": Infinity}}', 400, "broken_json"),
            (b'{"id": "1", "text": "a", "form": {"seconds": -Infinity}}', 400, "broken_json"),
            (b'{"id": "1", "text": "a",}', 400, "broken_json"),
            (b'{"id": "1", "text": "a"} {}', 400, "broken_json"),
            (b'{"id": "1", "text": "a"}\x00', 400, "broken_json"),
            (b'{"id": "1", "text": "a\x00"}', 400, "broken_json"),
            (b'{"id": "1", /* and */ "text": "a"}', 400, "broken_json"),
            (b"{'id': '1', 'text': 'a'}", 400, "broken_json"),
            ('{"id": "1", "text": "a"}'.encode("utf-16"), 400, "broken_json"),
            # Bytes that are no UTF-8: alone, too long for what they say, half a pair, beyond the last.
            (b'{"id": "1", "text": "\xff"}', 400, "broken_json"),
            (b'{"id": "1", "text": "\xc0\xaf"}', 400, "broken_json"),
            (b'{"id": "1", "text": "\xed\xa0\x80"}', 400, "broken_json"),
            (b'{"id": "1", "text": "\xf4\x90\x80\x80"}', 400, "broken_json"),
            (b'{"id": "1", "text": "\\ud800"}', 400, "broken_json"),
            (b'{"id": "1", "text": "\\udc00 later"}', 400, "broken_json"),
            (b'\xef\xbb\xbf{"id": "1", "text": "a"}', 400, "broken_json"),
            # JSON of another shape.
            (b"[" * 100_000, 422, "invalid"),
            (b"null", 422, "invalid"),
            (b'{"text": "a"}', 422, "invalid"),
            (b'{"id": "1"}', 422, "invalid"),
            (b'{"id": "1", "text": null}', 422, "invalid"),
            (b'{"id": "1", "text": ""}', 422, "invalid"),
            (b'{"id": "", "text": "a"}', 422, "invalid"),
            (b'{"id": "1\\n", "text": "a"}', 422, "invalid"),
            (b'{"id": 1, "text": "a"}', 422, "invalid"),
            (b'{"id": 1%b, "text": "a"}' % (b"0" * 5_000), 422, "invalid"),
            (b'{"id": "1", "text": "a", "form": {"seconds": 1e999}}', 422, "invalid"),
            (b'{"id": "1", "text": "a", "form": {"seconds": 1%b}}' % (b"0" * 5_000), 422, "invalid"),
            (b'{"id": "1", "text": "a", "colour": "red"}', 422, "invalid"),
            (b'{"id": "1", "text": "a", "author": {"colour": "red"}}', 422, "invalid"),
            (b'{"id": "1", "text": "a\\u0000b"}', 422, "invalid"),
            (b'{"id": "1", "text": "a", "author": {"name": "\\u0000"}}', 422, "invalid"),
            (b'{"id": "1", "text": "a", "submitted_at": "yesterday"}', 422, "invalid"),
            (b'{"id": "1", "text": "a", "submitted_at": "0001-01-01T00:00:00+14:00"}', 422, "invalid"),
            (b'{"id": "1", "text": "a", "x": ' + b"[" * 100_000, 422, "invalid"),
            # Too much of it.
            (json.dumps({"id": "1", "text": "a" * 65_537}).encode(), 422, "invalid"),
            (
                json.dumps({"id": "1", "text": "a" * 10_000_000}).encode(),
                413,
                "content_too_large",
            ),
        ],
    )
    def test_a_body_that_cannot_be_a_comment(self, api, stored_count, body, status, code):
        answer = api("POST", "comments", raw=body)

        assert (answer.status, answer.json["code"]) == (status, code)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json["status"] == status
        assert answer.json["detail"]
        assert stored_count() == 0

    def test_of_a_name_that_comes_twice_the_last_counts(self, api):
        """As other readers of JSON have it, so that all who read a request read the same."""
        answer = api("POST", "comments", raw=b'{"id": "1", "id": "2", "text": "Bad.", "text": "Good."}')

        assert (answer.status, answer.json["id"]) == (201, "2")

    @pytest.mark.parametrize("wrong", [None, "", "wrong", "0" * 32, "ключ".encode().decode("latin-1")])
    def test_a_key_that_no_site_has(self, api, stored_count, wrong):
        answer = api("POST", "comments", {"id": "1", "text": "a"}, key=wrong)

        assert (answer.status, answer.json["code"]) == (401, "unknown_key")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert stored_count() == 0

    def test_a_form_instead_of_json(self, api):
        answer = api("POST", "comments", raw=b"id=1", media_type="application/x-www-form-urlencoded")

        assert (answer.status, answer.json["code"]) == (415, "not_json")

    @pytest.mark.parametrize(
        ("method", "path", "status"), [("DELETE", "score", 405), ("GET", "nowhere", 404)]
    )
    def test_a_place_or_method_that_there_is_not(self, api, method, path, status):
        answer = api(method, path)

        assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")

    @pytest.mark.parametrize("identifier", ["%00", "a" * 256])
    def test_an_id_that_no_comment_can_have(self, api, identifier):
        assert api("GET", f"comments/{identifier}").status == 404


def test_one_sites_key_does_not_open_anothers_comments(api, database):
    other = uuid.uuid4().hex
    add_site(database, other, other)
    api("POST", "comments", {"id": "1", "text": "Good."})

    assert api("GET", "comments/1", key=other).status == 404
    assert api("POST", "comments", {"id": "1", "text": "Mine."}, key=other).status == 201


def test_the_longest_comment_is_judged_however_it_is_escaped(api):
    text = "🙂" * 65_536

    answer = api("POST", "comments", raw=json.dumps({"id": "1", "text": text}).encode())

    assert answer.status == 201
