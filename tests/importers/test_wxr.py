"""What WordPress exports, comment by comment."""

from datetime import UTC, datetime

import pytest

from moderation.draft import Author, Page, Submission
from moderation.importers import wxr
from moderation.importers.record import Record, Skipped, Status
from tests.importers import making
from tests.importers.making import WXR_HEAD, WXR_TAIL, outcome, wp_comment, wp_post


def only(**fields: object) -> Record | Skipped:
    """The one comment of an export."""
    (found,) = wxr.read([making.wxr(wp_comment(**fields))])
    return found


def test_everything_that_wordpress_knows_of_a_comment_comes_along():
    content = making.wxr(wp_comment(id=8, parent=7, user_id=3))

    found = list(wxr.read(making.in_pieces(content)))

    draft = Submission(
        id="wxr-8",
        text="What a day.",
        author=Author(
            name="ana",
            email="ana@example.org",
            url="https://ana.example.org/",
            ip="192.0.2.7",
            id="3",
        ),
        page=Page(
            url="https://blog.example.org/war/",
            title="On war & peace",
            published_at=datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
        ),
        parent_id="wxr-7",
        submitted_at=datetime(2020, 3, 4, 5, 6, 7, tzinfo=UTC),
    )
    assert found == [Record(status=Status.APPROVED, draft=draft)]


@pytest.mark.parametrize(
    ("approved", "expected"),
    [
        ("1", "approved"),
        ("0", "pending"),
        ("hold", "pending"),
        ("spam", "spam"),
        ("trash", "rejected"),
        ("post-trashed", "its post was in the trash, which says nothing about the comment"),
        ("", "its status is none that WordPress has"),
        ("<script>", "its status is none that WordPress has"),
        (None, "its status is none that WordPress has"),
    ],
)
def test_each_status_means_something(approved, expected):
    assert outcome([only(approved=approved)]) == [expected]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("", "approved"),
        (None, "approved"),
        ("comment", "approved"),
        ("review", "approved"),
        ("pingback", "it is a pingback or trackback, which no reader wrote"),
        ("trackback", "it is a pingback or trackback, which no reader wrote"),
        ("note", "it is of a type that readers do not write, such as a note"),
        ("order_note", "it is of a type that readers do not write, such as a note"),
    ],
)
def test_only_what_readers_write_is_taken(kind, expected):
    assert outcome([only(type=kind)]) == [expected]


@pytest.mark.parametrize(
    ("fields", "expected", "mended"),
    [
        ({}, datetime(2020, 3, 4, 5, 6, 7, tzinfo=UTC), False),
        # Old versions know no time in UTC.
        ({"date_gmt": "0000-00-00 00:00:00"}, datetime(2020, 3, 4, 6, 6, 7, tzinfo=UTC), False),
        ({"date_gmt": None}, datetime(2020, 3, 4, 6, 6, 7, tzinfo=UTC), False),
        ({"date_gmt": "0000-00-00 00:00:00", "date": "0000-00-00 00:00:00"}, None, False),
        ({"date_gmt": "", "date": ""}, None, False),
        ({"date_gmt": "2020-02-30 00:00:00"}, None, True),
        ({"date_gmt": "99999-01-01 00:00:00"}, None, True),
        ({"date_gmt": "0001-01-01T00:00:00+14:00"}, None, True),
        ({"date_gmt": "yesterday"}, None, True),
    ],
)
def test_a_date_that_cannot_be_is_left_out_and_told(fields, expected, mended):
    found = only(**fields)

    assert found.draft.submitted_at == expected
    assert ("a date that cannot be read was left out" in found.mended) == mended


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"id": ""}, "it has no id"),
        ({"id": None}, "it has no id"),
        ({"content": ""}, "it has no text"),
        ({"content": " \n "}, "it has no text"),
        ({"content": None}, "it has no text"),
        ({"content": "x" * 65_537}, "its text is longer than 65,536 characters"),
        ({"id": "8" * 300}, "it is no comment: Expected `str` of length <= 255 - at `$.id`"),
        ({"id": "8\t9"}, None),
    ],
)
def test_what_cannot_be_stored_is_skipped_with_a_reason(fields, why):
    found = only(**fields)

    assert isinstance(found, Skipped)
    assert found.why == why if why else "it is no comment" in found.why


def test_a_text_of_the_greatest_length_is_taken_whole():
    assert only(content="ü" * 65_536).draft.text == "ü" * 65_536


def test_what_is_too_long_for_its_place_is_cut_and_told():
    found = only(author="a" * 900, author_url="https://example.org/" + "b" * 3_000)

    assert (len(found.draft.author.name), len(found.draft.author.url)) == (500, 2_000)
    assert len(found.mended) == 2


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "]]> &amp; &lt;b&gt; {{7*7}} [bold]x[/bold] '; DROP TABLE comments; --",
        "\u202egnirts \U0001f4a9 e\u0301 \u2028 \ufffd",
    ],
)
def test_hostile_text_stays_text(text):
    assert only(content=text, author=text).draft.text == text


def test_characters_that_xml_forbids_do_not_break_an_import():
    """WordPress exports what a reader pasted."""
    content = making.wxr(wp_comment(content="one\x0btwo\x00three"), wp_comment(id=2))

    assert [one.draft.text for one in making.records(content)] == ["one two three", "What a day."]


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_every_version_of_the_format_is_read(version):
    content = making.wxr(wp_comment()).replace(b"/export/1.2/", f"/export/{version}/".encode())

    assert outcome(wxr.read([content])) == ["approved"]


def test_each_comment_belongs_to_its_own_post():
    content = WXR_HEAD + wp_post(wp_comment(id=1)) + "<item>" + wp_comment(id=2) + "</item>" + WXR_TAIL

    assert [one.draft.page.url for one in making.records(content.encode())] == [
        "https://blog.example.org/war/",
        None,
    ]
