"""Several moderators at once on one queue, through HTTP: each comment is decided once, none is lost."""

import html
import random
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from moderation import review
from moderation.store.tables import Comment, Decision, Moderator
from moderation.verdict import Action
from tests.browsing import Console
from tests.conftest import START, add_moderator, add_site, on_each_database
from tests.making import stored

pytestmark = pytest.mark.long

COMMENTS = 120
DECISIONS = ("approve", "reject:spam", "reject:abuse", "reject:off-topic", "reject:other")
EXPLAINED = re.compile(r"(moderator\d+|You) (approved|rejected) (it|them)")
# So many of each hundred are near copies of one another.
IN_WAVES = 30


@dataclass
class Worked:
    """What one moderator's browser was told."""

    # The comments on which a decision was taken, each by itself.
    decided: list[int] = field(default_factory=list)
    # For each conflict, the page that told of it.
    told: list[str] = field(default_factory=list)
    # The pages of comments that somebody had decided on before they were shown.
    overtaken: list[str] = field(default_factory=list)


@pytest.mark.parametrize(("service", "people"), [("sqlite", 2), ("postgresql", 5)], indirect=["service"])
def test_each_comment_is_decided_once_and_each_conflict_is_explained(service, people):
    work(service, people, COMMENTS)


@pytest.fixture
def service(request, tmp_path_factory):
    with on_each_database(request, tmp_path_factory) as made:
        yield made


def work(service, people, comments):
    """Let so many moderators work through so many comments, and check what came of it."""
    database, address = service
    numbers = fill(database, comments)
    names = [f"moderator{number}" for number in range(people)]
    consoles = []
    for name in names:
        add_moderator(database, name)
        console = Console(address)
        console.log_in(name)
        consoles.append(console)
    with ThreadPoolExecutor(people) as pool:
        works = list(pool.map(work_through, consoles, range(people)))

    told = [page for one in works for page in one.told]
    with database.reading() as session:
        decisions = session.execute(
            select(Decision.comment_id, Decision.revision, Moderator.name, Decision.act_id)
            .join(Moderator, Moderator.id == Decision.moderator_id)
            .order_by(Decision.id)
        ).all()
        # None was decided twice, and none was lost.
        assert sorted(row.comment_id for row in decisions) == numbers
        assert {row.revision for row in decisions} == {1}
        assert review.count_waiting(session) == 0
        outcomes = set(session.scalars(select(Comment.outcome)))
        assert outcomes <= {Action.APPROVE, Action.REJECT}
    # What each browser was told is what is on record.
    by_hand = Counter(row.name for row in decisions if row.act_id is None)
    assert by_hand == Counter(
        {name: len(one.decided) for name, one in zip(names, works, strict=True) if one.decided}
    )
    # Each conflict names who was faster, and when.
    for page in told:
        assert EXPLAINED.search(said(page)), said(page)
        assert "<time" in page
    for page in (page for one in works for page in one.overtaken):
        assert re.search(r"(Approved|Rejected).* by moderator\d+, just now", said(page))
    return Counter(conflicts=len(told), overtaken=sum(len(one.overtaken) for one in works))


def said(page):
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page)).split())


def fill(database, comments):
    site = add_site(database, "blog", "0123456789ab")
    chance = random.Random(5)
    with database.writing() as session:
        session.merge(site).second_share = 0.0
        numbers = []
        for number in range(comments):
            text = f"Comment number {number} says something of its own."
            if number % 100 < IN_WAVES:
                text = (
                    f"Earn {chance.randrange(9)} thousand at home each week with a simple plan, friends."
                )
            made = stored(session, site, str(number), text=text, probability=chance.random(), now=START)
            numbers.append(made.id)
        session.commit()
    return numbers


def work_through(console, seed):
    """Decide on what is shown until nothing waits; now and then come back to a page of before."""
    chance = random.Random(seed)
    worked = Worked()
    kept = []
    page = console.read("/console/next")
    while "/comments/" in page.url or kept:
        if "/comments/" not in page.url or (kept and chance.random() < 0.2):
            page = kept.pop()
        elif chance.random() < 0.2:
            # Left open in another tab.
            kept.append(page)
            number = re.search(r"/comments/(\d+)", page.url)[1]
            page = console.read(f"/console/next?after={number}")
            continue
        if "Decide anew" in page.text:
            # Somebody was faster than the page, which says so; a person goes on.
            worked.overtaken.append(page.text)
            page = console.read("/console/next")
            continue
        page = decide(console, page, chance, worked)
        if page.status == 409 or "/comments/" not in page.url:
            page = console.read("/console/next")
    return worked


def decide(console, page, chance, worked):
    number = int(re.search(r"/comments/(\d+)", page.url)[1])
    assert page.status == 200, said(page.text)
    fields = dict(re.findall(r'name="(seen|upto|known)" value="(\d+)"', page.text))
    together = 'name="together"' in page.text and chance.random() < 0.5
    if together:
        fields["together"] = "1"
    answer = console.send(
        page, f"/console/comments/{number}/decision", decision=chance.choice(DECISIONS), **fields
    )
    # What is more than a step goes on by a button.
    while step := re.search(r'action="([^"?]*/step)', answer.text):
        answer = console.send(answer, step[1])
    assert answer.status in {200, 409}, said(answer.text)
    if answer.status == 409 or "left alone" in answer.text:
        worked.told.append(answer.text)
    elif not together:
        worked.decided.append(number)
    return answer
