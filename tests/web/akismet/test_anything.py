"""Whatever is sent, a check is answered, and nothing in it breaks anything of ours."""

from urllib.parse import quote_plus

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.akismet.asking import NEW_PLUGIN, OLD_PLUGIN, guid

NAMES = (
    "blog",
    "blog_charset",
    "callback",
    "comment_author",
    "comment_author_email",
    "comment_author_url",
    "comment_content",
    "comment_date_gmt",
    "comment_parent",
    "comment_post_modified_gmt",
    "honeypot_field_name",
    "is_test",
    "permalink",
    "POST_ak_bfs",
    "POST_ak_js",
    "recheck_reason",
    "user_agent",
    "user_id",
    "user_ip",
    "user_role",
)
# A NUL, half a surrogate pair, no UTF-8 at all, and what is escaped somewhere.
ODD = st.sampled_from([b"\0", b"\xed\xa0\x80", b"\xff", b"'", b"\\", b"0"])
BYTES = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=40).map(str.encode),
    ODD,
    st.datetimes().map(lambda moment: str(moment).encode()),
)
VERDICTS = {b"true", b"false", b"review", b"invalid"}

often = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def test_any_values_are_answered_with_a_verdict(blog):
    @often
    @given(
        fields=st.dictionaries(st.sampled_from(NAMES), BYTES),
        user_agent=st.sampled_from([OLD_PLUGIN, NEW_PLUGIN, ""]),
    )
    def is_answered(fields, user_agent):
        sent = {"blog": b"x", "user_ip": b"192.0.2.7"} | fields
        raw = "&".join(f"{name}={quote_plus(value)}" for name, value in sent.items())

        answer = blog.call(
            f"/1.1/comment-check?api_key={blog.key}", raw=raw.encode(), user_agent=user_agent
        )

        assert (answer.status, answer.body in VERDICTS, bool(guid(answer))) == (200, True, True), answer

    is_answered()


def test_any_bytes_are_answered(blog):
    @often
    @given(raw=st.binary(max_size=300))
    def is_answered(raw):
        known = f"api_key={blog.key}&blog=x&user_ip=192.0.2.7&comment_content=".encode()

        answer = blog.call("/1.1/comment-check", raw=known + raw)

        assert (answer.status, answer.body in VERDICTS, bool(guid(answer))) == (200, True, True), answer

    is_answered()
