"""Comments from CSV, row by row."""

from datetime import UTC, datetime

import pytest

from moderation.draft import Author, Page, Submission
from moderation.importers import table
from moderation.importers.record import Record, Skipped, Status
from moderation.importers.source import BadFile
from tests.importers.making import in_pieces, outcome


def read(text: str) -> list[Record | Skipped]:
    content = text.encode()
    return list(table.read(in_pieces(content, 7 if len(content) < 1_000 else 64 * 1024)))


def test_every_column_comes_along():
    found = read(
        "id,text,status,date,parent_id,author_name,author_email,author_url,author_ip,author_user_agent,"
        "author_id,page_url,page_title,page_date\r\n"
        '6,"What, a ""day"".\r\nTruly.",approved,2020-03-04T06:06:07+01:00,5,ana,ana@example.org,'
        "https://ana.example.org/,192.0.2.7,Browser,u3,"
        "https://blog.example.org/war/,On war,2020-01-02\r\n"
    )

    draft = Submission(
        id="csv-6",
        text='What, a "day".\r\nTruly.',
        author=Author(
            name="ana",
            email="ana@example.org",
            url="https://ana.example.org/",
            ip="192.0.2.7",
            user_agent="Browser",
            id="u3",
        ),
        page=Page(
            url="https://blog.example.org/war/",
            title="On war",
            published_at=datetime(2020, 1, 2, tzinfo=UTC),
        ),
        parent_id="csv-5",
        submitted_at=datetime(2020, 3, 4, 5, 6, 7, tzinfo=UTC),
    )
    assert found == [Record(status=Status.APPROVED, draft=draft)]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("approved", "approved"),
        (" Approved ", "approved"),
        ("1", "approved"),
        ("spam", "spam"),
        ("rejected", "rejected"),
        ("trash", "rejected"),
        ("pending", "pending"),
        ("0", "pending"),
        # Nobody says what was decided, so somebody has to look.
        ("", "pending"),
        ("fine", "its status is none of approved, spam, rejected, pending, trash"),
    ],
)
def test_each_status_means_something(status, expected):
    assert outcome(read(f"id,text,status\n1,What a day.,{status}\n")) == [expected]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_first_line_tells_the_dialect(delimiter, mark, end):
    rows = [["Text", "ID"], ["What a day.", "1"], ["Ünd \u2028 nun?", "2"]]

    found = read(mark + end.join(delimiter.join(row) for row in rows) + end)

    assert [one.draft.text for one in found] == ["What a day.", "Ünd \u2028 nun?"]


def test_wordpress_names_its_columns_its_own_way():
    found = read(
        "comment_ID,comment_content,comment_approved,comment_type,comment_parent,user_id,comment_agent\n"
        "4,Buy!,spam,comment,0,0,Browser\n5,Linked,1,pingback,0,0,Blog\n"
    )

    assert outcome(found) == ["spam", "it is a pingback or trackback, which no reader wrote"]
    assert found[0].draft == Submission(id="csv-4", text="Buy!", author=Author(user_agent="Browser"))


@pytest.mark.parametrize(
    ("row", "where", "why"),
    [
        ("1", "line 3", "it has not as many fields as the first line (2)"),
        ("1,a,b", "line 3", "it has not as many fields as the first line (2)"),
        (",a", "line 3", "it has no id"),
        ("1,", "line 3", "it has no text"),
        ('1,"a" b', "line 3", "it is no row: ',' expected after '\"'"),
        (f"1,{'a' * 65_537}", "line 3", "its text is longer than 65,536 characters"),
        (f"1,{'a' * 140_000}", "line 3", "it is no row: field larger than field limit (131072)"),
        (f"{'1' * 300},a", "line 3", "it is no comment: Expected `str` of length <= 255 - at `$.id`"),
    ],
)
def test_a_bad_row_is_named_and_the_others_come(row, where, why):
    before, bad, after = read(f"id,text\n7,fine\n{row}\n8,fine\n")

    assert (before.draft.id, after.draft.id) == ("csv-7", "csv-8")
    assert bad == Skipped(where=where, why=why)


def test_a_quotation_that_is_never_closed_is_one_bad_row():
    found = read('id,text\n1,fine\n2,"never closed\n3,swallowed\n')

    assert outcome(found) == ["pending", "it is no row: unexpected end of data"]


def test_a_nul_is_replaced_and_told():
    (found,) = read("id,text,author_name\n1,a\0b,\0\n")

    assert (found.draft.text, found.draft.author.name) == ("a\ufffdb", "\ufffd")
    assert set(found.mended) == {"characters that no database keeps (NUL) were replaced"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "must name the columns, id and text among them"),
        (b"\n\n", "must name the columns"),
        (b"id,comment\n1,a\n", "must name the columns"),
        (b"<html><body>id,text</body></html>", "must name the columns"),
        (b"id,text,TEXT\n1,a,b\n", "names a column twice"),
        ("id,text\n1,Grüße\n".encode("latin-1"), "not UTF-8 text, soon after line 1"),
        (b"id,text\n" + b"1,a\n" * 3 + b"2,\xff\n", "not UTF-8 text, soon after line"),
        (b"id,text\n1," + b"a" * 1_100_000, "Line 2 is longer than 1,000,000 characters"),
    ],
)
def test_what_is_no_such_table_is_refused_with_what_to_do(content, complaint):
    with pytest.raises(BadFile) as refused:
        list(table.read(in_pieces(content, 64 * 1024)))

    assert complaint in str(refused.value)
