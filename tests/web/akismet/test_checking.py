"""comment-check: what comes back for good, bad and doubtful comments, and what is stored of them."""

from datetime import UTC, datetime

import pytest

from moderation import review
from moderation.store.tables import RejectionReason
from moderation.verdict import Action
from tests.conftest import add_moderator, at
from tests.web.akismet.asking import (
    ABUSE,
    DOUBTFUL,
    GOOD,
    LIBRARY,
    NEW_PLUGIN,
    OLD_PLUGIN,
    ON_SQLITE,
    SPAM,
    guid,
)

SPAMMER = {
    "comment_author": "Casino Bonus",
    "comment_author_email": "win@lucky-spins.example",
    "comment_author_url": "http://lucky-spins.example/buy-casino",
}
TOO_LATE_TO_PUBLISH = "31536000"


class TestAnswers:
    def test_good_is_false_and_nothing_else(self, blog):
        answer = blog.check(GOOD)

        assert (answer.status, answer.body) == (200, b"false")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["content-length"] == "5"
        told = {name for name in answer.headers if name.startswith("x-akismet")}
        assert told == {"x-akismet-guid"}

    def test_abuse_is_true_and_is_never_dropped_without_a_trace(self, blog):
        answer = blog.check(ABUSE)

        assert (answer.status, answer.body) == (200, b"true")
        assert "x-akismet-pro-tip" not in answer.headers
        assert "x-akismet-debug-help" not in answer.headers

    def test_blatant_spam_may_be_discarded(self, blog):
        answer = blog.check(SPAM, **SPAMMER)

        assert (answer.body, answer.headers["x-akismet-pro-tip"]) == (b"true", "discard")
        assert "x-akismet-debug-help" not in answer.headers

    def test_each_answer_has_an_id_of_its_own(self, blog):
        ids = {guid(blog.check(text)) for text in (GOOD, ABUSE, DOUBTFUL, f"{GOOD} Really.")}

        assert len(ids) == 4

    @pytest.mark.parametrize("method", ["GET", "POST"])
    @pytest.mark.parametrize("name", ["blog", "user_ip"])
    @pytest.mark.parametrize("blank", [True, False])
    def test_without_what_is_required_it_is_invalid_and_says_why(self, blog, method, name, blank):
        fields = blog.fields(GOOD, **{name: " "})
        if not blank:
            del fields[name]

        answer = blog.call("/1.1/comment-check", fields, method=method)

        assert (answer.status, answer.body) == (200, b"invalid")
        assert answer.headers["x-akismet-debug-help"] == f'Empty "{name}" value'
        assert guid(answer)

    def test_with_a_bad_key_it_is_invalid_and_says_why(self, blog, stored):
        answer = blog.check(GOOD, api_key="ffffffffffff")

        assert (answer.status, answer.body) == (200, b"invalid")
        assert answer.headers["x-akismet-debug-help"] == "unknown key"
        assert guid(answer)
        assert stored() == []


@ON_SQLITE
class TestDoubt:
    """Clients that can keep a comment back do; for all others, a person can still find it as spam."""

    def test_a_plugin_that_waits_to_be_told_keeps_it_back(self, blog, stored):
        answer = blog.check(DOUBTFUL, user_agent=NEW_PLUGIN, callback=blog.callback)

        assert answer.body == b"false"
        assert answer.headers["x-akismet-recheck-after"] == TOO_LATE_TO_PUBLISH
        assert [(one.outcome, one.akismet_callback) for one in stored()] == [
            (Action.REVIEW, blog.callback)
        ]

    @pytest.mark.parametrize(
        "user_agent",
        [OLD_PLUGIN, "WordPress/6.8 | Akismet/5.4", "WordPress/5.0 | Akismet/4", NEW_PLUGIN],
        ids=["5.0.2", "5.4", "4", "5.7.2 without a callback"],
    )
    def test_a_plugin_that_does_not_is_given_neither_answer(self, blog, user_agent):
        answer = blog.check(DOUBTFUL, user_agent=user_agent)

        assert answer.body == b"review"
        assert "x-akismet-recheck-after" not in answer.headers
        assert "x-akismet-debug-help" not in answer.headers

    def test_an_old_plugin_is_not_trusted_to_wait_even_with_a_callback(self, blog):
        assert blog.check(DOUBTFUL, user_agent=OLD_PLUGIN, callback=blog.callback).body == b"review"

    @pytest.mark.parametrize(
        "user_agent", [LIBRARY, "akismet.py/25.10 | Python/3.11.7", "Akismet/5.7.2", ""]
    )
    def test_any_other_client_files_it_as_spam(self, blog, stored, user_agent):
        answer = blog.check(DOUBTFUL, user_agent=user_agent, callback=blog.callback)

        assert answer.body == b"true"
        assert "x-akismet-pro-tip" not in answer.headers
        assert stored()[0].outcome is Action.REVIEW

    @pytest.mark.parametrize(
        "callback",
        [
            "https://evil.example/wp-json/akismet/v1/webhook",
            "https://evil.example\\@{host}/",
            "https://{host}@evil.example/",
            "https://ana:pw@{host}/",
            "https://{host}.evil.example/",
            "ftp://{host}/",
            "//{host}/",
            "https://[/",
            "javascript:alert(1)",
            "https://{host}/" + "a" * 3_000,
        ],
    )
    def test_a_callback_anywhere_else_is_not_kept(self, blog, stored, callback):
        host = blog.url.removeprefix("https://")

        answer = blog.check(DOUBTFUL, user_agent=NEW_PLUGIN, callback=callback.replace("{host}", host))

        assert answer.body == b"review"
        assert stored()[0].akismet_callback is None

    @pytest.mark.parametrize("address", ["http://{host}:8080/?rest_route=/akismet", "HTTPS://{HOST}/x"])
    def test_a_callback_at_the_sites_own_host_is(self, blog, stored, address):
        host = blog.url.removeprefix("https://")
        callback = address.replace("{host}", host).replace("{HOST}", host.upper())
        callback = callback.replace("HTTPS:", "https:")

        blog.check(DOUBTFUL, user_agent=NEW_PLUGIN, callback=callback)

        assert stored()[0].akismet_callback == callback


class TestWhatIsStored:
    def test_all_that_the_client_tells_reaches_the_comment(self, blog, stored):
        answer = blog.check(
            GOOD,
            comment_author_url="https://ana.example/",
            user_agent=LIBRARY,
            permalink=f"{blog.url}/war/",
            comment_post_modified_gmt="2026-11-20 08:30:00",
            comment_date_gmt="2026-11-24T10:00:00Z",
            comment_parent="41",
            user_id="7",
            comment_type="reply",
            blog_lang="en_US,de_DE",
            something_unknown="is accepted",
        )

        (comment,) = stored()
        assert comment.external_id == f"akismet-{guid(answer)}"
        assert (comment.text, comment.author_name, comment.author_email, comment.author_ip) == (
            GOOD,
            "ana",
            "ana@example.org",
            "192.0.2.7",
        )
        assert (comment.author_url, comment.page_url) == ("https://ana.example/", f"{blog.url}/war/")
        assert comment.page_published_at == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
        assert comment.submitted_at == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
        assert (comment.parent_id, comment.author_id, comment.page_title) == ("41", "7", None)

    def test_the_readers_browser_is_not_the_client(self, blog, stored):
        fields = blog.fields(GOOD) | {"user_agent": "Mozilla/5.0 (X11; Linux)"}

        blog.call("/1.1/comment-check", fields)

        assert stored()[0].author_user_agent == "Mozilla/5.0 (X11; Linux)"

    def test_nobody_is_logged_in_as_nought_and_replies_to_nothing(self, blog, stored):
        blog.check(GOOD, user_id="0", user_ID="0", comment_parent="0")

        (comment,) = stored()
        assert (comment.author_id, comment.parent_id) == (None, None)

    def test_the_other_spelling_of_a_users_id_counts_too(self, blog, stored):
        blog.check(GOOD, user_id="0", user_ID="9")

        assert stored()[0].author_id == "9"

    @pytest.mark.parametrize(
        "moment", ["", "0000-00-00 00:00:00", "yesterday", "0001-01-01T00:00+14:00"]
    )
    def test_a_date_that_is_none_is_left_out(self, blog, stored, moment):
        assert (
            blog.check(GOOD, comment_date_gmt=moment, comment_post_modified_gmt=moment).body == b"false"
        )

        (comment,) = stored()
        assert (comment.submitted_at, comment.page_published_at) == (None, None)

    @pytest.mark.parametrize(
        "fields",
        [
            {"POST_ak_hp_textarea": "http://spam.example"},
            {"honeypot_field_name": "hidden", "hidden": "http://spam.example"},
            {"honeypot_field_name": "hidden", "POST_hidden": "http://spam.example"},
        ],
    )
    def test_what_is_in_the_hidden_field_gives_a_program_away(self, blog, stored, fields):
        assert blog.check(GOOD, **fields).body == b"true"

        assert stored()[0].form_honeypot == "http://spam.example"

    def test_an_empty_hidden_field_gives_nobody_away(self, blog, stored):
        answer = blog.check(GOOD, POST_ak_hp_textarea="", honeypot_field_name="hidden", hidden="")

        assert answer.body == b"false"
        assert stored()[0].form_honeypot is None

    @pytest.mark.parametrize(
        ("shown", "sent", "seconds"),
        [
            ("1764000000000", "1764000042500", 42.5),
            # Without a script there is no clock to trust; with one only, neither.
            ("121", "", None),
            ("121", "1764000042500", None),
            ("1764000000000", "", None),
            # A clock that was set back meanwhile.
            ("1764000042500", "1764000000000", None),
            ("soon", "later", None),
        ],
    )
    def test_the_time_it_took_is_known_only_by_one_clock(self, blog, stored, shown, sent, seconds):
        blog.check(GOOD, POST_ak_js=shown, POST_ak_bfs=sent)

        assert stored()[0].form_seconds == seconds

    @pytest.mark.parametrize(
        ("fields", "text"),
        [
            ({"comment_type": "signup"}, "ana"),
            (
                {"comment_author": "", "comment_author_url": "https://ana.example/"},
                "https://ana.example/",
            ),
            ({"comment_author_url": "https://ana.example/"}, "ana https://ana.example/"),
        ],
    )
    def test_a_signup_without_a_text_is_judged_by_who_signs_up(self, blog, stored, fields, text):
        assert blog.check("", **fields).status == 200

        assert stored()[0].text == text

    def test_what_says_nothing_at_all_waits_for_a_person(self, blog, stored):
        answer = blog.check(
            "",
            user_agent=OLD_PLUGIN,
            comment_author="",
            comment_author_email="",
            comment_type="pingback",
        )

        assert answer.body == b"review"
        assert stored()[0].outcome is Action.REVIEW


class TestWhatDoesNotFit:
    """Nothing is refused for its size or its bytes, and what was cut is never published unseen."""

    @pytest.mark.parametrize(
        "fields",
        [
            {"comment_content": (GOOD + " ") * 4_000},
            {"comment_content": f"{GOOD}\0"},
            {"comment_author": "a" * 501},
            {"comment_author": "a\0na"},
            {"comment_author_email": "a" * 500 + "@example.org"},
            {"comment_author_url": "https://ana.example/" + "a" * 2_000},
            {"user_agent": "Mozilla " * 300},
            {"user_ip": "192.0.2.7, " * 50},
            {"permalink": "https://blog.example.org/" + "a" * 2_000},
            {"user_id": "7\n8"},
            {"comment_parent": "4" * 256},
            {"POST_ak_hp_textarea": "\0"},
        ],
        ids=lambda fields: next(iter(fields)),
    )
    def test_it_is_cut_and_waits_for_a_person(self, blog, stored, fields):
        sent = blog.fields(GOOD) | fields

        answer = blog.call("/1.1/comment-check", sent, user_agent=OLD_PLUGIN)

        assert (answer.status, answer.body) == (200, b"review")
        (comment,) = stored()
        assert comment.outcome is Action.REVIEW
        assert "cut_short" in {reason["code"] for reason in comment.verdict.reasons}

    def test_bytes_that_are_no_text_wait_for_a_person(self, blog, stored):
        raw = f"api_key={blog.key}&blog=x&user_ip=192.0.2.7&comment_content=Thank%20you%FF%FE".encode()

        assert blog.call("/1.1/comment-check", raw=raw, user_agent=OLD_PLUGIN).body == b"review"
        assert stored()[0].text == "Thank you\ufffd\ufffd"

    def test_what_just_fits_is_whole(self, blog, stored):
        text = "Thank you. " * 5_957 + "Thank you"

        blog.check(text)

        (comment,) = stored()
        assert (len(comment.text), comment.text) == (65_536, text)
        assert "cut_short" not in {reason["code"] for reason in comment.verdict.reasons}


@ON_SQLITE
class TestPromisedAnswers:
    """What the protocol promises to whoever tests a client, whatever was learnt."""

    @pytest.mark.parametrize(
        "fields",
        [
            {"comment_author": "akismet-guaranteed-spam"},
            {"comment_author": "viagra-test-123"},
            {"comment_author_email": "akismet-guaranteed-spam@example.com"},
            {"comment_author": "viagra-test-123", "user_role": "administrator"},
        ],
    )
    @pytest.mark.parametrize("user_agent", [LIBRARY, NEW_PLUGIN])
    def test_guaranteed_spam_is_spam(self, blog, stored, fields, user_agent):
        answer = blog.check(GOOD, **fields, user_agent=user_agent)

        assert (answer.body, answer.headers.get("x-akismet-pro-tip")) == (b"true", None)
        assert guid(answer)
        assert stored() == []

    def test_guaranteed_spam_is_blatant_on_request(self, blog):
        answer = blog.check(GOOD, comment_author="akismet-guaranteed-spam", test_discard="1")

        assert (answer.body, answer.headers["x-akismet-pro-tip"]) == (b"true", "discard")

    @pytest.mark.parametrize("role", ["administrator", "editor,administrator"])
    def test_an_administrators_comment_is_good(self, blog, role):
        assert blog.check(SPAM, **SPAMMER, user_role=role).body == b"false"

    def test_no_other_role_is_above_suspicion(self, blog):
        assert blog.check(SPAM, **SPAMMER, user_role="subscriber").body == b"true"

    @pytest.mark.parametrize(
        ("text", "body"), [(GOOD, b"false"), (ABUSE, b"true"), (DOUBTFUL, b"review")]
    )
    @pytest.mark.parametrize("yes", ["1", "true", "True"])
    def test_a_test_is_judged_and_neither_stored_nor_learnt_from(self, blog, stored, text, body, yes):
        answer = blog.check(text, is_test=yes, user_agent=NEW_PLUGIN, callback=blog.callback)

        assert answer.body == body
        assert "x-akismet-recheck-after" not in answer.headers
        assert (
            blog.report("spam", text, is_test=yes).body == b"Thanks for making the web a better place."
        )
        assert stored() == []

    @pytest.mark.parametrize("no", ["0", "false", ""])
    def test_what_is_no_test_is_stored(self, blog, stored, no):
        blog.check(GOOD, is_test=no)

        assert len(stored()) == 1

    def test_a_pingback_that_was_not_fetched_yet_is_not_stored(self, blog, stored):
        """It is checked in full when WordPress has fetched it."""
        answer = blog.call(
            "/1.1/comment-check",
            blog.fields("", comment_author="", comment_type="pingback", akismet_pre_check="1"),
            user_agent=NEW_PLUGIN,
        )

        assert answer.body == b"review"
        assert stored() == []


class TestAskingAgain:
    """The same comment keeps its id, and the answer is what holds by now."""

    def test_a_retry_of_a_moment_ago_is_the_same_comment(self, blog, stored):
        first, second = (
            blog.check(DOUBTFUL, user_agent=NEW_PLUGIN, callback=blog.callback) for _ in range(2)
        )

        assert guid(first) == guid(second)
        assert second.headers["x-akismet-recheck-after"] == TOO_LATE_TO_PUBLISH
        assert len(stored()) == 1

    @pytest.mark.parametrize(
        "other", [{"comment_author": "ben"}, {"permalink": "https://blog.example.org/peace"}]
    )
    def test_the_same_words_in_another_place_are_another_comment(self, blog, stored, other):
        first, second = blog.check(GOOD), blog.check(GOOD, **other)

        assert guid(first) != guid(second)
        assert len(stored()) == 2

    @pytest.mark.parametrize("reason", ["retry", "recheck_queue", "wp-cli", "edit"])
    @pytest.mark.parametrize(
        ("text", "body"), [(GOOD, b"false"), (ABUSE, b"true"), (DOUBTFUL, b"review")]
    )
    def test_a_recheck_hears_what_holds(self, blog, stored, text, body, reason):
        first = blog.check(text, user_agent=OLD_PLUGIN)

        again = blog.check(
            text, user_agent=OLD_PLUGIN, recheck_reason=reason, permalink=f"{blog.url}/?p=1"
        )

        assert (again.body, guid(again)) == (body, guid(first))
        assert len(stored()) == 1

    def test_a_recheck_is_never_told_to_wait_because_it_would_publish(self, blog):
        blog.check(DOUBTFUL, user_agent=NEW_PLUGIN, callback=blog.callback)

        again = blog.check(
            DOUBTFUL, user_agent=NEW_PLUGIN, callback=blog.callback, recheck_reason="recheck_queue"
        )

        assert again.body == b"review"
        assert "x-akismet-recheck-after" not in again.headers

    @pytest.mark.parametrize(
        ("decided", "body"),
        [((Action.APPROVE,), b"false"), ((Action.REJECT, RejectionReason.OTHER), b"true")],
    )
    def test_a_recheck_hears_what_a_person_decided(self, blog, database, stored, decided, body):
        first = blog.check(DOUBTFUL, user_agent=OLD_PLUGIN)
        ana = add_moderator(database, f"ana-{blog.key}")
        with database.writing() as session:
            review.decide(session, stored()[0].id, ana, *decided, seen=0, now=at(1))
            session.commit()

        again = blog.check(DOUBTFUL, user_agent=OLD_PLUGIN, recheck_reason="retry")

        assert (again.body, guid(again)) == (body, guid(first))

    @pytest.mark.parametrize(
        "other",
        [
            {"comment_author_email": "ben@example.org"},
            {"user_ip": "192.0.2.8"},
            {"comment_content": f"{DOUBTFUL} Danke!"},
        ],
        ids=lambda other: next(iter(other)),
    )
    def test_a_recheck_by_another_hand_or_of_another_text_is_another_comment(self, blog, stored, other):
        first = blog.check(DOUBTFUL)
        fields = blog.fields(DOUBTFUL, recheck_reason="edit") | other

        again = blog.call("/1.1/comment-check", fields)

        assert guid(again) != guid(first)
        assert len(stored()) == 2

    def test_a_recheck_of_what_was_sent_twice_means_the_latest(self, blog):
        blog.check(GOOD, permalink=f"{blog.url}/war/")
        second = blog.check(GOOD, permalink=f"{blog.url}/peace/")

        assert guid(blog.check(GOOD, recheck_reason="edit")) == guid(second)

    def test_a_recheck_of_what_was_never_sent_is_judged_and_stored(self, blog, stored):
        answer = blog.check(GOOD, recheck_reason="wp-cli")

        assert answer.body == b"false"
        assert stored()[0].external_id == f"akismet-{guid(answer)}"

    def test_no_site_finds_anothers_comment(self, blog, other_blog, stored):
        first = blog.check(GOOD)

        again = other_blog.check(GOOD, recheck_reason="retry")

        assert guid(again) != guid(first)
        assert len(stored()) == 1
