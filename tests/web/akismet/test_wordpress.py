"""WordPress's own plugin: what versions 5.0.2 and 5.7.2 send in the life of a comment, byte for byte."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote_plus

import pytest

from moderation.store.tables import RejectionReason
from moderation.verdict import Action
from tests.calling import Answer
from tests.web.akismet.asking import DOUBTFUL, NEW_PLUGIN, OLD_PLUGIN, Blog, guid

Fields = Iterable[tuple[str, str]]

# As the reader typed it; and as WordPress keeps it: an anonymous reader's markup is gone over.
TYPED = """I don't agree: "war" & peace. See <a href="https://ana.example/">here</a>."""
KEPT = (
    """I don't agree: "war" &amp; peace. """
    """See <a href="https://ana.example/" rel="nofollow ugc">here</a>."""
)
FIRST_LOOK = ("1764000000000", "1764000061000")


@dataclass(frozen=True)
class WordPress:
    """A blog with the plugin in one of its versions."""

    blog: Blog
    user_agent: str

    @property
    def is_new(self) -> bool:
        return self.user_agent == NEW_PLUGIN

    def check(self, typed: str, *, name: str = "ana") -> Answer:
        """Ask about a comment that is being posted: with backslashes before each quote."""
        slashed = typed.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
        name = name.replace("'", "\\'")
        fields = [
            ("comment_post_ID", "1"),
            ("comment_author", name),
            ("comment_author_email", "ana@example.org"),
            ("comment_author_url", ""),
            ("comment_content", slashed),
            ("comment_type", "comment"),
            ("comment_parent", "0"),
            ("user_id", "0"),
            ("user_ID", "0"),
            ("comment_author_IP", "198.51.100.7"),
            ("comment_agent", "Mozilla/5.0 (X11; Linux x86_64)"),
            ("user_ip", "198.51.100.7"),
            ("user_agent", "Mozilla/5.0 (X11; Linux x86_64)"),
            ("referrer", f"{self.blog.url}/?p=1"),
            ("blog", self.blog.url),
            ("blog_lang", "en_US"),
            ("blog_charset", "UTF-8"),
            ("permalink", f"{self.blog.url}/?p=1"),
            ("akismet_comment_nonce", "inactive"),
            ("POST_comment", slashed),
            ("POST_author", name),
            ("POST_email", "ana@example.org"),
            ("POST_url", ""),
            ("POST_submit", "Post Comment"),
            ("POST_comment_post_ID", "1"),
            ("POST_comment_parent", "0"),
            ("POST_ak_js", FIRST_LOOK[0]),
            ("POST_ak_hp_textarea", ""),
            ("POST_ak_bib", "1764000005000"),
            ("POST_ak_bfs", FIRST_LOOK[1]),
            ("REQUEST_URI", "/wp-comments-post.php"),
            ("REMOTE_ADDR", "198.51.100.7"),
            ("HTTP_HOST", "blog.example.org"),
            ("HTTP_USER_AGENT", "Mozilla/5.0 (X11; Linux x86_64)"),
            ("HTTP_ACCEPT_ENCODING", "gzip, deflate, br, zstd"),
            ("comment_post_modified_gmt", "2026-11-20 08:30:00"),
        ]
        if self.is_new:
            fields += [
                ("comment_context[0]", "war"),
                ("comment_context[1]", "Uncategorized"),
                ("callback", self.blog.callback),
            ]
        return self._post("comment-check", fields)

    def check_again(self, kept: str, *, reason: str = "retry", name: str = "ana") -> Answer:
        """Ask about a comment as it is in the blog's database, hours later."""
        return self._post(
            "comment-check",
            [
                *self._row(kept, name, "0"),
                ("user_ip", "198.51.100.7"),
                ("user_agent", "Mozilla/5.0 (X11; Linux x86_64)"),
                ("referrer", ""),
                ("blog", self.blog.url),
                ("blog_lang", "en_US"),
                ("blog_charset", "UTF-8"),
                ("permalink", f"{self.blog.url}/?p=1"),
                ("recheck_reason", reason),
                ("user_role", ""),
            ],
        )

    def submit(self, verb: str, typed: str) -> Answer:
        """Report what a moderator of the blog decided, with the text as it was first checked."""
        return self._post(
            f"submit-{verb}",
            [
                *self._row(typed, "ana", "spam" if verb == "spam" else "1"),
                ("user_ip", "198.51.100.7"),
                ("user_agent", "Mozilla/5.0 (X11; Linux x86_64)"),
                ("referrer", f"{self.blog.url}/?p=1"),
                ("blog", self.blog.url),
                ("blog_lang", "en_US"),
                ("blog_charset", "UTF-8"),
                ("permalink", f"{self.blog.url}/?p=1"),
                ("POST_ak_js", FIRST_LOOK[0]),
                ("reporter", "editor"),
                ("user_role", ""),
                ("comment_post_modified_gmt", "2026-11-20 08:30:00"),
                *([("comment_check_response", "false")] if self.is_new else []),
            ],
        )

    def _row(self, content: str, name: str, approved: str) -> Fields:
        return [
            ("comment_ID", "12"),
            ("comment_post_ID", "1"),
            ("comment_author", name),
            ("comment_author_email", "ana@example.org"),
            ("comment_author_url", ""),
            ("comment_author_IP", "198.51.100.7"),
            ("comment_date", "2026-11-24 11:00:00"),
            ("comment_date_gmt", "2026-11-24 10:00:00"),
            ("comment_content", content),
            ("comment_karma", "0"),
            ("comment_approved", approved),
            ("comment_agent", "Mozilla/5.0 (X11; Linux x86_64)"),
            ("comment_type", "comment"),
            ("comment_parent", "0"),
            ("user_id", "0"),
        ]

    def _post(self, call: str, fields: Fields) -> Answer:
        return self.blog.call(
            f"/1.1/{call}",
            raw=as_php_writes([*fields, ("api_key", self.blog.key)]),
            user_agent=self.user_agent,
            media_type="application/x-www-form-urlencoded; charset=UTF-8",
        )


def as_php_writes(fields: Fields) -> bytes:
    """A form as WordPress's add_query_arg leaves it: what is empty is a bare name."""
    return "&".join(
        f"{quote_plus(name)}={quote_plus(value)}" if value else quote_plus(name)
        for name, value in fields
    ).encode()


@pytest.fixture(params=[OLD_PLUGIN, NEW_PLUGIN], ids=["5.0.2", "5.7.2"])
def wordpress(request, blog):
    return WordPress(blog, request.param)


@pytest.fixture
def new_plugin(blog):
    return WordPress(blog, NEW_PLUGIN)


def test_an_empty_value_is_a_bare_name_on_the_wire():
    assert as_php_writes([("a", ""), ("b[0]", "c d")]) == b"a&b%5B0%5D=c+d"


def test_what_was_typed_is_what_is_judged_and_stored(wordpress, stored):
    answer = wordpress.check(TYPED, name="ana o'neil")

    (comment,) = stored()
    assert answer.headers["content-length"] == str(len(answer.body))
    assert comment.external_id == f"akismet-{guid(answer)}"
    assert (comment.text, comment.author_name, comment.author_url) == (TYPED, "ana o'neil", None)
    assert (comment.author_id, comment.parent_id, comment.form_honeypot) == (None, None, None)
    assert comment.form_seconds == 61.0


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("it\\'s", "it's"),
        ('say \\"no\\"', 'say "no"'),
        ("C:\\\\temp", "C:\\temp"),
        # Not all that WordPress sends went through a form. Such a quote shows that this did not.
        ("it's C:\\temp", "it's C:\\temp"),
        ("C:\\temp", "C:\\temp"),
    ],
)
def test_backslashes_are_taken_away_where_wordpress_put_them(blog, stored, sent, text):
    blog.check(sent, user_agent=OLD_PLUGIN)

    assert stored()[0].text == text


def test_no_other_client_loses_a_backslash(blog, stored):
    blog.check("it\\'s")

    assert stored()[0].text == "it\\'s"


def test_good_is_published_at_once(wordpress):
    answer = wordpress.check("Thank you, I agree.")

    assert answer.body == b"false"
    assert "x-akismet-recheck-after" not in answer.headers


def test_the_new_plugin_waits_for_a_person_and_the_old_one_asks_again(wordpress, stored):
    answer = wordpress.check(DOUBTFUL)

    assert stored()[0].akismet_callback == (wordpress.blog.callback if wordpress.is_new else None)
    if wordpress.is_new:
        assert (answer.body, answer.headers["x-akismet-recheck-after"]) == (b"false", "31536000")
    else:
        assert (answer.body, answer.headers.get("x-akismet-recheck-after")) == (b"review", None)


@pytest.mark.parametrize("reason", ["retry", "recheck_queue", "wp-cli"])
def test_a_recheck_finds_the_comment_though_wordpress_changed_its_text(wordpress, stored, reason):
    first = wordpress.check(TYPED, name="ana o'neil")

    again = wordpress.check_again(KEPT, reason=reason, name="ana o'neil")

    assert guid(again) == guid(first)
    assert len(stored()) == 1


@pytest.mark.parametrize(
    ("verb", "decided", "body"),
    [
        ("spam", (Action.REJECT, RejectionReason.SPAM), b"true"),
        ("ham", (Action.APPROVE, None), b"false"),
    ],
)
def test_what_an_editor_decides_at_the_blog_is_decided_here(wordpress, stored, verb, decided, body):
    wordpress.check(TYPED)

    for _ in range(2):
        answer = wordpress.submit(verb, TYPED)
        assert answer.body == b"Thanks for making the web a better place."

    (comment,) = stored()
    (decision,) = comment.decisions
    assert (decision.action, decision.reason, decision.reporter) == (*decided, "editor")
    assert wordpress.check_again(KEPT).body == body


def test_an_undecided_comment_is_still_kept_back_hours_later(new_plugin):
    first = new_plugin.check(DOUBTFUL)

    again = new_plugin.check_again(DOUBTFUL)

    assert (again.body, guid(again)) == (b"review", guid(first))
    assert "x-akismet-recheck-after" not in again.headers


def test_a_form_that_is_sent_three_times_because_nobody_answered_is_one_comment(wordpress, stored):
    ids = {guid(wordpress.check(DOUBTFUL)) for _ in range(3)}

    assert len(ids) == len(stored()) == 1


def test_the_settings_page_takes_the_key(wordpress):
    """Before a key is kept it comes as `key`, and only these answers have it kept."""
    blog = wordpress.blog
    fields = {"key": blog.key, "blog": blog.url}

    verified = blog.call("/1.1/verify-key", fields, user_agent=wordpress.user_agent)
    subscribed = blog.call("/1.1/get-subscription", fields, user_agent=wordpress.user_agent)

    assert verified.body == b"valid"
    assert subscribed.json["status"] == "active"
