"""Every call but comment-check: keys, reports, figures, and the small ones that WordPress needs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from moderation import intake, review
from moderation.store.tables import RejectionReason
from moderation.verdict import Action
from tests.conftest import add_moderator, at
from tests.making import draft, verdict
from tests.web.akismet.asking import ABUSE, DOUBTFUL, GOOD, LIBRARY, ON_SQLITE, Blog

THANKS = b"Thanks for making the web a better place."
METHODS = pytest.mark.parametrize("method", ["GET", "POST"])


@ON_SQLITE
class TestKeys:
    """A key comes in any of four places; some clients know one of them only."""

    @METHODS
    @pytest.mark.parametrize("name", ["key", "api_key"])
    def test_a_good_key_is_valid(self, blog, method, name):
        answer = blog.call("/1.1/verify-key", {name: blog.key, "blog": blog.url}, method=method)

        assert (answer.status, answer.body) == (200, b"valid")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["content-length"] == "5"
        assert "x-akismet-debug-help" not in answer.headers

    @pytest.mark.parametrize("fields", [{}, {"key": ""}, {"key": "ffffffffffff"}, {"key": "\0é"}])
    def test_any_other_is_invalid_and_says_why(self, blog, fields):
        answer = blog.call("/1.1/verify-key", {"blog": blog.url, **fields})

        assert (answer.status, answer.body) == (200, b"invalid")
        assert answer.headers["x-akismet-debug-help"] == "unknown key"

    def test_the_key_that_is_asked_about_need_not_be_the_one_in_use(self, blog, other_blog):
        answer = blog.call("/1.1/verify-key", {"key": "ffffffffffff", "api_key": other_blog.key})

        assert answer.body == b"invalid"

    def test_the_case_of_a_key_does_not_matter(self, blog):
        assert blog.call("/1.1/verify-key", {"key": blog.key.upper()}).body == b"valid"

    def test_the_query_will_do_for_a_key(self, blog):
        fields = blog.fields(GOOD)
        del fields["api_key"]

        answer = blog.call(f"/1.1/comment-check?api_key={blog.key}", fields)

        assert answer.body == b"false"

    @pytest.mark.parametrize(
        ("fields", "host"),
        [
            ({"api_key": "{key}"}, "rest.akismet.com"),
            ({"key": "{key}"}, "rest.akismet.com"),
            ({"api_key": "", "key": "{key}"}, "rest.akismet.com"),
            ({}, "{key}.rest.akismet.com"),
            ({}, "{KEY}.Rest.Akismet.com:443"),
            ({}, "{key}.moderation.example.org"),
            ({"api_key": ""}, "{key}.moderation.example.org:8000"),
            # What is in the form counts before the host.
            ({"api_key": "{key}"}, "ffffffffffff.rest.akismet.com"),
            ({"api_key": "{key}"}, "anything.example"),
            ({"api_key": "{key}"}, "127.0.0.1:1"),
            ({"api_key": "{key}"}, "under_score:no-port"),
            ({"api_key": "{key}"}, ""),
        ],
    )
    def test_it_is_found_wherever_it_is(self, blog, fields, host):
        sent = blog.fields(GOOD)
        del sent["api_key"]
        sent |= {name: value.replace("{key}", blog.key) for name, value in fields.items()}
        host = host.replace("{key}", blog.key).replace("{KEY}", blog.key.upper())

        assert blog.call("/1.1/comment-check", sent, host=host).body == b"false"

    @pytest.mark.parametrize(
        "host", ["{key}.example.org", "{key}", "rest.akismet.com", "moderation.example.org", "{key}."]
    )
    def test_a_host_of_somebody_else_holds_no_key(self, blog, host):
        sent = blog.fields(GOOD)
        del sent["api_key"]

        answer = blog.call("/1.1/comment-check", sent, host=host.replace("{key}", blog.key))

        assert answer.body == b"invalid"

    @METHODS
    @pytest.mark.parametrize(
        "path",
        [
            "/1.1/comment-check",
            "/1.1/submit-spam",
            "/1.1/submit-ham",
            "/1.1/get-subscription",
            "/1.1/get-stats",
            "/1.1/deactivate",
            "/1.1/token",
            "/1.1/verify-wpcom-key",
            "/1.2/usage-limit",
            "/1.2/key-sites",
        ],
    )
    def test_no_call_does_anything_for_a_bad_key(self, blog, stored, method, path):
        answer = blog.call(path, blog.fields(GOOD, api_key="ffffffffffff"), method=method)

        assert (answer.status, answer.body) == (200, b"invalid")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert stored() == []


class TestReports:
    """submit-spam and submit-ham: what somebody at the site decided."""

    @METHODS
    @pytest.mark.parametrize("path", ["/1.1/submit-spam", "/1.1/submit-ham"])
    def test_the_thanks_are_exact(self, blog, method, path):
        answer = blog.call(path, blog.fields(GOOD), method=method)

        assert (answer.status, answer.body) == (200, THANKS)
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["content-length"] == "41"

    @pytest.mark.parametrize(
        ("verb", "text", "decided"),
        [
            ("spam", GOOD, (Action.REJECT, RejectionReason.SPAM)),
            ("ham", ABUSE, (Action.APPROVE, None)),
            ("spam", DOUBTFUL, (Action.REJECT, RejectionReason.SPAM)),
        ],
    )
    def test_what_was_checked_is_decided_once_however_often_it_is_reported(
        self, blog, stored, verb, text, decided
    ):
        blog.check(text)

        for _ in range(3):
            assert blog.report(verb, text, reporter="ben", comment_check_response="true").body == THANKS

        (comment,) = stored()
        (decision,) = comment.decisions
        assert comment.outcome is decided[0]
        assert (decision.action, decision.reason, decision.reporter) == (*decided, "ben")

    def test_a_report_from_many_hands_at_once_is_one_decision(self, blog, stored):
        blog.check(GOOD)

        with ThreadPoolExecutor(8) as hands:
            answers = list(hands.map(lambda _: blog.report("spam", GOOD), range(16)))

        assert {answer.body for answer in answers} == {THANKS}
        assert [one.action for one in stored()[0].decisions] == [Action.REJECT]

    def test_who_changes_their_mind_is_believed(self, blog, stored):
        for verb in ("spam", "ham", "spam"):
            blog.report(verb, GOOD)

        assert [one.action for one in stored()[0].decisions] == [
            Action.REJECT,
            Action.APPROVE,
            Action.REJECT,
        ]

    @pytest.mark.parametrize(
        ("reporter", "name"),
        [("", "the blog"), (" \0\n", "the blog"), ("b\0en", "ben"), ("b" * 300, "b" * 255)],
    )
    def test_whoever_reports_has_a_name(self, blog, stored, reporter, name):
        blog.report("spam", GOOD, reporter=reporter)

        assert stored()[0].decisions[0].reporter == name

    def test_what_was_never_checked_is_stored_with_its_verdict_and_decided(self, blog, stored):
        assert blog.report("ham", ABUSE).body == THANKS

        (comment,) = stored()
        assert (comment.verdict.action, comment.outcome) == (Action.REJECT, Action.APPROVE)
        assert comment.external_id.startswith("akismet-")

    def test_a_check_after_the_report_hears_of_it(self, blog):
        blog.report("spam", GOOD)

        assert blog.check(GOOD, recheck_reason="retry").body == b"true"

    def test_what_a_moderator_of_ours_decided_later_stands(self, blog, database, stored):
        blog.report("spam", GOOD)
        ana = add_moderator(database, f"ana-{blog.key}")
        with database.writing() as session:
            review.decide(session, stored()[0].id, ana, Action.APPROVE, seen=1, now=at(1))
            session.commit()

        assert blog.check(GOOD, recheck_reason="retry").body == b"false"

    @pytest.mark.parametrize("name", ["blog", "user_ip"])
    def test_without_what_is_required_it_is_invalid_and_says_why(self, blog, stored, name):
        answer = blog.report("spam", GOOD, **{name: ""})

        assert (answer.status, answer.body) == (200, b"invalid")
        assert answer.headers["x-akismet-debug-help"] == f'Empty "{name}" value'
        assert stored() == []


class TestFigures:
    @pytest.fixture
    def counted(self, blog, database, site):
        """A blog with comments of 2 months: machine's word, then what people made of it."""
        ana = add_moderator(database, f"ana-{blog.key}")
        now = datetime.now(UTC)
        long_ago = datetime(2025, 1, 31, 23, 59, 59, tzinfo=UTC)
        ends = [
            (Action.APPROVE, None, long_ago),
            (Action.APPROVE, None, now),
            (Action.REJECT, None, now),
            (Action.REVIEW, None, now),
            (Action.APPROVE, Action.REJECT, now),
            (Action.REJECT, Action.APPROVE, now),
            (Action.REVIEW, Action.REJECT, now),
            (Action.REVIEW, Action.APPROVE, long_ago),
        ]
        with database.writing() as session:
            for number, (said, decided, moment) in enumerate(ends):
                comment, _ = intake.record(session, site, draft(str(number)), verdict(said), now=moment)
                if decided:
                    review.decide(session, comment.id, ana, decided, seen=0, now=moment)
            session.commit()
        return blog

    @METHODS
    def test_all_that_wordpress_shows_is_there(self, counted, method):
        answer = counted.call(
            "/1.1/get-stats", {"key": counted.key, "blog": counted.url, "from": "all"}, method=method
        )

        this_month = f"{datetime.now(UTC):%Y-%m}"
        assert answer.headers["content-type"] == "application/json"
        assert answer.json == {
            "spam": 3,
            "ham": 4,
            "missed_spam": 1,
            "false_positives": 1,
            "accuracy": 71.43,
            "time_saved": 30,
            "breakdown": {
                "2025-01": {"spam": 0, "ham": 2, "missed_spam": 0, "false_positives": 0},
                this_month: {"spam": 3, "ham": 2, "missed_spam": 1, "false_positives": 1},
            },
        }

    @pytest.mark.parametrize(
        ("period", "form"), [("6-months", "%Y-%m"), ("60-days", "%Y-%m-%d"), ("", "%Y-%m")]
    )
    def test_a_period_leaves_out_what_came_before(self, counted, period, form):
        answer = counted.call("/1.1/get-stats", {"key": counted.key, "from": period})

        assert list(answer.json["breakdown"]) == [datetime.now(UTC).strftime(form)]
        assert (answer.json["spam"], answer.json["ham"]) == (3, 2)

    def test_a_blog_without_comments_has_figures_too(self, blog):
        assert blog.call("/1.1/get-stats", {"key": blog.key, "from": "all"}).json == {
            "spam": 0,
            "ham": 0,
            "missed_spam": 0,
            "false_positives": 0,
            "accuracy": 100.0,
            "time_saved": 0,
            "breakdown": {},
        }

    @METHODS
    def test_there_is_no_limit_and_this_months_comments_are_counted(self, counted, method):
        answer = counted.call("/1.2/usage-limit", {"api_key": counted.key}, method=method)

        assert answer.headers["content-type"] == "application/json"
        assert answer.json == {"limit": "none", "usage": 6, "percentage": "0.00", "throttled": False}

    @METHODS
    def test_a_key_is_used_by_one_site(self, counted, method):
        answer = counted.call(f"/1.2/key-sites?api_key={counted.key}", method=method)

        assert answer.headers["content-type"] == "application/json"
        assert answer.json == {
            f"{datetime.now(UTC):%Y-%m}": [
                {
                    "site": host_of(counted),
                    "api_calls": "6",
                    "spam": "3",
                    "ham": "2",
                    "missed_spam": "1",
                    "false_positives": "1",
                    "is_revoked": False,
                }
            ],
            "limit": 500,
            "offset": 0,
            "total": 1,
        }

    def test_the_same_as_csv(self, counted):
        answer = counted.call(
            "/1.2/key-sites",
            {"api_key": counted.key, "month": "2025-01", "format": "csv", "limit": "10"},
        )

        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.text == (
            f"Active sites for {counted.key} during 2025-01 (limit:10, offset: 0, total: 1)\n"
            "Site,Total API Calls,Spam,Ham,Missed Spam,False Positives,Is Revoked\n"
            f"{host_of(counted)},2,0,2,0,0,false\n"
        )

    @pytest.mark.parametrize(
        ("asked", "found", "total"),
        [
            ({"month": "2025-01"}, 1, 1),
            ({"month": "2025-02"}, 0, 0),
            ({"month": "2024-12"}, 0, 0),
            ({"month": "next"}, 1, 1),
            ({"month": "2025-13"}, 1, 1),
            ({"filter": "BLOG-"}, 1, 1),
            ({"filter": "elsewhere"}, 0, 0),
            ({"offset": "1"}, 0, 1),
            ({"limit": "0"}, 0, 1),
            ({"limit": "-1", "offset": "one"}, 1, 1),
            ({"order": "spam"}, 1, 1),
        ],
    )
    def test_what_is_asked_for_is_what_is_told(self, counted, asked, found, total):
        answer = counted.call("/1.2/key-sites", {"api_key": counted.key, **asked})

        (sites,) = [value for value in answer.json.values() if isinstance(value, list)]
        assert (len(sites), answer.json["total"]) == (found, total)

    def test_no_site_counts_anothers_comments(self, counted, other_blog):
        assert other_blog.call("/1.2/usage-limit", {"api_key": other_blog.key}).json["usage"] == 0
        assert other_blog.call("/1.2/key-sites", {"api_key": other_blog.key}).json["total"] == 0


@ON_SQLITE
class TestWhatWordPressNeedsBesides:
    @METHODS
    def test_a_subscription_that_lets_the_key_be_kept(self, blog, site, method):
        answer = blog.call("/1.1/get-subscription", {"key": blog.key, "blog": blog.url}, method=method)

        assert answer.headers["content-type"] == "application/json"
        assert answer.json == {
            "account_id": site.id,
            "account_name": site.name,
            "account_type": "self-hosted",
            "status": "active",
            "next_billing_date": False,
            "limit_reached": False,
        }

    @METHODS
    @pytest.mark.parametrize(
        ("path", "body", "media_type"),
        [
            ("/1.1/test", b"connected", "text/plain; charset=utf-8"),
            ("/1.1/deactivate", b"deactivated", "text/plain; charset=utf-8"),
            ("/1.1/token", b"self-hosted", "text/plain; charset=utf-8"),
            ("/1.1/verify-wpcom-key", b"invalid", "text/plain; charset=utf-8"),
            ("/1.2/compatible-plugins", b"[]", "application/json"),
        ],
    )
    def test_the_small_calls(self, blog, method, path, body, media_type):
        answer = blog.call(path, {"key": blog.key, "blog": blog.url}, method=method)

        assert (answer.status, answer.body) == (200, body)
        assert answer.headers["content-type"] == media_type
        assert answer.headers["content-length"] == str(len(body))

    @pytest.mark.parametrize("path", ["/1.1/test", "/1.2/compatible-plugins"])
    def test_what_needs_no_key(self, blog, path):
        assert blog.call(path, method="GET").status == 200

    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
    @pytest.mark.parametrize(
        "path", ["/1.1/", "/1.2/", "/1.1/comment_check", "/1.1/comment-check/x", "/1.2/a/b"]
    )
    def test_anything_else_is_not_there(self, blog, method, path):
        answer = blog.call(path, {"api_key": blog.key}, method=method)

        assert (answer.status, answer.body) == (404, b"invalid")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def host_of(blog: Blog) -> str:
    return blog.url.removeprefix("https://")


def test_no_good_answer_carries_what_some_clients_take_for_an_error(blog):
    """One client throws at any debug help, another at any alert code, and the plugin at any error."""
    fields = blog.fields(GOOD, key=blog.key)
    for path in ("/1.1/verify-key", "/1.1/comment-check", "/1.1/submit-ham", "/1.1/get-stats"):
        told = {
            name for name in blog.call(path, fields, user_agent=LIBRARY).headers if "akismet" in name
        }

        assert told <= {"x-akismet-guid"}
