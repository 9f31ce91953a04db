"""What Disqus exports, post by post."""

from datetime import UTC, datetime

import pytest

from moderation.draft import Author, Page, Submission
from moderation.importers import disqus
from moderation.importers.record import Record, Status
from tests.importers import making
from tests.importers.making import dsq_post, dsq_thread, outcome


def test_everything_that_disqus_knows_of_a_comment_comes_along():
    content = making.disqus(dsq_thread(), dsq_post(6, parent=5))

    found = list(disqus.read(making.in_pieces(content)))

    draft = Submission(
        id="disqus-6",
        text="<p>What a day.</p>",
        author=Author(name="ana", email="ana@example.org", ip="192.0.2.7", id="disqus-ana_1"),
        page=Page(
            url="https://blog.example.org/war/",
            title="On war",
            published_at=datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
        ),
        parent_id="disqus-5",
        submitted_at=datetime(2020, 3, 4, 5, 6, 7, tzinfo=UTC),
    )
    assert found == [Record(status=Status.APPROVED, draft=draft)]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "approved"),
        ({"isSpam": "true"}, "spam"),
        ({"isSpam": "true", "isDeleted": "true"}, "spam"),
        ({"isDeleted": "true"}, "rejected"),
        ({"isApproved": "true"}, "approved"),
        ({"isApproved": "false"}, "pending"),
        ({"message": ""}, "it has no text"),
    ],
)
def test_each_status_means_something(fields, expected):
    assert outcome(disqus.read([making.disqus(dsq_thread(), dsq_post(**fields))])) == [expected]


def test_a_post_on_an_unknown_thread_has_no_page():
    (found,) = disqus.read([making.disqus(dsq_thread(1), dsq_post(thread=2))])

    assert found.draft.page == Page()


def test_a_post_without_an_id_is_skipped():
    content = making.disqus(dsq_thread(), dsq_post().replace('dsq:id="5"', ""), dsq_post(7))

    assert outcome(disqus.read([content])) == ["it has no id", "approved"]


def test_so_many_pages_are_remembered_that_memory_stays_small(monkeypatch):
    monkeypatch.setattr(disqus, "_REMEMBERED", 1_500)
    content = making.disqus(
        *(dsq_thread(number) for number in range(5)), *(dsq_post(9 + n, thread=n) for n in range(5))
    )

    pages = [one.draft.page.url for one in disqus.read([content])]

    assert pages == ["https://blog.example.org/war/"] * 2 + [None] * 3
