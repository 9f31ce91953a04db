"""A shift without a mouse: two hundred comments, and what the database says of it afterwards."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Comment, Decision, Hold, Note
from tests.browsing import PASSWORD
from tests.chromium import Missing, Watched, chromium
from tests.conftest import (
    KEY,
    SHIPPED_MODELS,
    add_moderator,
    add_site,
    at,
    fresh_file,
    left_out,
    listening,
)
from tests.making import stored

pytestmark = pytest.mark.long

COMMENTS = 200
# So many of them are near copies of one another.
ALIKE = 12
# What each key of the page of a comment decides.
DECIDES = {
    "a": ("approve", None),
    "s": ("reject", "spam"),
    "d": ("reject", "abuse"),
    "f": ("reject", "off-topic"),
    "g": ("reject", "other"),
}


class Record(NamedTuple):
    """A decision as it should stand in the database."""

    comment: int
    action: str
    reason: str | None = None
    is_undo: bool = False


@dataclass
class Shift:
    """A moderator at the keyboard, and what should be on record by now."""

    page: Page
    record: list[Record] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    held: set[int] = field(default_factory=set)

    @property
    def comment(self) -> int:
        """The number of the comment that is shown."""
        return int(re.findall(r"/comments/(\d+)", self.page.url)[0])

    @property
    def is_over(self) -> bool:
        """Whether the queue is shown instead of a comment."""
        return "/comments/" not in self.page.url

    def press(self, key: str) -> None:
        """Press a key that leads to another page, once the page listens."""
        self.listen()
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def listen(self) -> None:
        """Let the quarter of a second pass in which keys are meant for the page before."""
        self.page.clock.fast_forward(250)
        self.page.wait_for_selector("html[data-keys=on]", state="attached")

    def decide(self, key: str) -> None:
        """Decide by a key, and put down what that should have done."""
        self.record.append(Record(self.comment, *DECIDES[key]))
        self.press(key)

    def undo(self) -> None:
        """Take the last decision back; its comment waits again and is shown."""
        last = self.record[-1].comment
        self.record.append(Record(last, "review", is_undo=True))
        self.press("z")
        assert self.comment == last

    def decide_together(self, key: str, comments: list[int]) -> None:
        """Decide on a comment and on all that are like it."""
        self.listen()
        self.page.keyboard.press("w")
        self.record += [Record(one, *DECIDES[key]) for one in comments]
        self.press(key)

    def undo_together(self, comments: list[int]) -> None:
        """Take such a decision back, and go on."""
        self.record += [Record(one, "review", is_undo=True) for one in comments]
        self.press("z")
        self.press("j")

    def hold(self) -> None:
        """Put the comment aside."""
        self.held.add(self.comment)
        self.press("h")

    def note(self, text: str) -> None:
        """Write a note beside the comment, which is shown again."""
        self.notes.append((self.comment, text))
        self.listen()
        self.page.keyboard.press("n")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Tab")
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def look_for(self, words: str) -> None:
        """Look for a comment and open it."""
        self.press("/")
        expect(self.page.get_by_role("searchbox", name="Words")).to_be_focused()
        self.page.keyboard.type(words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.listen()
        self.page.keyboard.press("j")
        self.press("o")

    def open_from_the_queue(self) -> None:
        """Go down the queue and up again, select something, or not, and open what one is at."""
        self.press("q")
        self.listen()
        for key in "jjxxjk":
            self.page.keyboard.press(key)
        self.press("Enter")

    def decide_selected(self, key: str, number: int) -> None:
        """Select the first of the queue and decide on all of them."""
        self.press("q")
        self.listen()
        for _ in range(number):
            self.page.keyboard.press("j")
            self.page.keyboard.press("x")
        chosen = self.page.eval_on_selector_all(
            "[name=chosen]:checked", "boxes => boxes.map(one => one.value)"
        )
        self.record += [Record(_number(one), *DECIDES[key]) for one in sorted(chosen, key=_number)]
        button = self.page.get_by_role("button", name="Decide on the selected…")
        while not button.evaluate("one => one === document.activeElement"):
            self.page.keyboard.press("Tab")
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.press(key)
        self.press("j")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    try:
        with chromium() as started:
            yield started
    except Missing as missing:
        left_out(str(missing))


@pytest.fixture
def service(tmp_path) -> Iterator[tuple[Database, str]]:
    """A service on which two hundred comments wait, and nobody but ana decides."""
    settings = Settings(instance=tmp_path, models=SHIPPED_MODELS)
    database = Database(fresh_file(settings.instance))
    add_moderator(database, "ana")
    site = add_site(database, "blog", KEY)
    with database.writing() as session:
        for number in range(COMMENTS):
            text = f"What number {number} has to say."
            if number < ALIKE:
                text = f"Earn {number} thousand at home each week with a simple plan, dear friends."
            stored(session, site, str(number), text=text, probability=number / COMMENTS, now=at(number))
        session.commit()
    with listening(settings) as address:
        yield database, address
    database.close()


@pytest.fixture
def shift(browser, service) -> Iterator[Shift]:
    """Ana, who has just logged in, without a mouse."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.clock.install()
    watched = Watched(page, service[1])
    page.goto(f"{service[1]}/console/")
    page.keyboard.type("ana")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    yield Shift(page)
    assert watched.told() == []
    context.close()


def test_two_hundred_comments_by_keyboard_end_as_they_were_decided(service, shift):
    keys, skipped, alike = "".join(DECIDES), set(), _alike(service[0])
    for turn in itertools.count():
        if shift.is_over and not _begins(shift):
            break
        comment = shift.comment
        if comment in alike:
            # Once too often; then as it should be.
            is_mistake = all(one.comment != comment for one in shift.record)
            shift.decide_together("a" if is_mistake else "s", alike)
            if is_mistake:
                shift.undo_together(alike)
        elif turn % 11 == 7 and _can_be_undone(shift, alike):
            shift.undo()
        elif _did_besides(shift, service[0], turn, alike):
            continue
        elif comment % 9 == 4 and comment not in skipped:
            skipped.add(comment)
            shift.press("j")
        else:
            shift.decide(keys[comment % len(keys)])

    assert _on_record(service[0]) == shift.record
    decided = {one.comment: one.action for one in shift.record if one.action != "review"}
    assert _outcomes(service[0]) == decided | dict.fromkeys(shift.held, "review")
    assert _held_and_noted(service[0]) == (shift.held, shift.notes)
    assert min(len(shift.held), len(shift.notes)) > 3
    expect(shift.page.get_by_role("heading", name="Nothing waits")).to_be_visible()


def test_whoever_decides_is_put_at_the_next_comment_and_told_of_it(shift):
    shift.press("r")
    shift.decide("a")

    expect(shift.page.get_by_role("heading", level=1)).to_be_focused()
    shift.page.clock.fast_forward(250)
    expect(shift.page.locator("[data-says]")).to_have_text(
        f"You approved comment {shift.record[0].comment}."
    )


def test_a_key_meant_for_the_page_before_does_nothing(service, shift):
    shift.press("r")
    first = shift.page.url
    shift.listen()
    # From here on time stands still for the pages, however slow this machine is.
    shift.page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    shift.page.keyboard.press("j")
    # The skip is under way.
    shift.page.keyboard.press("a")
    shift.page.wait_for_url(lambda url: url != first)
    shift.page.wait_for_selector("html[data-keys=early]", state="attached")
    shift.page.clock.fast_forward(249)
    shift.page.keyboard.press("a")
    shift.press("j")

    assert _on_record(service[0]) == []


def test_keys_lead_through_a_list_and_say_where_one_is(shift):
    page, said = shift.page, shift.page.locator("[data-says]")
    shift.listen()
    rows = page.locator("[data-row]")
    for key, row, place in (("j", 0, 1), ("j", 1, 2), ("j", 2, 3), ("k", 1, 2)):
        page.keyboard.press(key)
        expect(rows.nth(row)).to_be_focused()
        expect(said).to_have_text(f"{place} of 25: ana")

    chosen = rows.nth(1).get_attribute("href")
    shift.press("o")
    assert page.url.endswith(chosen)


def test_no_key_works_while_one_types_or_reads_the_list_of_keys(service, shift):
    page = shift.page
    shift.press("r")
    shift.listen()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys on this page")
    expect(dialog.get_by_role("term").filter(has_text="A")).not_to_have_count(0)
    expect(dialog).to_contain_text("Reject as spam")
    page.keyboard.press("s")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.goto(f"{service[1]}/console/password")
    page.clock.fast_forward(250)
    page.locator("#old").press("q")

    assert page.url.endswith("/console/password")
    assert _on_record(service[0]) == []


def test_keys_can_be_switched_off_for_those_who_speak_to_their_computer(service, shift):
    page = shift.page
    shift.press("r")
    shift.listen()
    page.keyboard.press("?")
    page.get_by_label("Use single-letter keys").press("Space")
    page.keyboard.press("Escape")
    page.reload()
    page.clock.fast_forward(250)
    page.keyboard.press("a")
    expect(page.locator("kbd").first).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_label("Use single-letter keys")).not_to_be_checked()

    assert _on_record(service[0]) == []


def test_a_menu_closes_on_escape_and_gives_the_focus_back(shift):
    page = shift.page
    summary = page.locator(".account summary")
    summary.press("Enter")
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Log out")).to_be_hidden()
    expect(summary).to_be_focused()
    summary.press("Enter")
    page.get_by_role("link", name="Decisions").focus()
    expect(page.get_by_role("button", name="Log out")).to_be_hidden()


def _begins(shift: Shift) -> bool:
    """Start reviewing from the queue, if something waits there: what was skipped comes again."""
    if shift.page.get_by_role("link", name="Start reviewing").count() == 0:
        return False
    shift.press("r")
    return True


def _did_besides(shift: Shift, database: Database, turn: int, alike: list[int]) -> bool:
    """Now and then, do what moderators do besides deciding on what comes next."""
    match turn % 40:
        case 5:
            shift.hold()
        case 15:
            shift.note("Said asd before, z? j!")
            shift.decide("d")
        case 25:
            shift.look_for(f'"number {_last_waiting(database) - 1} has"')
            shift.decide("a")
            # Nothing else was found.
            shift.press("q")
        case 30:
            shift.open_from_the_queue()
            # Those are decided on together, as soon as one of them is shown.
            if shift.comment not in alike:
                shift.decide("g")
        # By the Tab key it is a long way.
        case 35 if turn < 80:
            shift.decide_selected("f", 3)
        case _:
            return False
    return True


def _can_be_undone(shift: Shift, alike: list[int]) -> bool:
    last = shift.record[-1]
    return not last.is_undo and last.comment not in alike and last.reason != "off-topic"


def _number(chosen: str) -> int:
    return int(chosen.partition(":")[0])


def _alike(database: Database) -> list[int]:
    with database.reading() as session:
        found = select(Comment.id).where(Comment.wave_id.is_not(None)).order_by(Comment.id)
        alike = list(session.scalars(found))
    assert len(alike) == ALIKE
    return alike


def _last_waiting(database: Database) -> int:
    with database.reading() as session:
        held = select(Hold.comment_id)
        waits = select(func.max(Comment.id)).where(
            Comment.waits_for.is_not(None), Comment.id.not_in(held), Comment.wave_id.is_(None)
        )
        return session.scalars(waits).one()


def _held_and_noted(database: Database) -> tuple[set[int], list[tuple[int, str]]]:
    with database.reading() as session:
        notes = session.execute(select(Note.comment_id, Note.text).order_by(Note.id))
        return set(session.scalars(select(Hold.comment_id))), [tuple(note) for note in notes]


def _on_record(database: Database) -> list[Record]:
    with database.reading() as session:
        return [
            Record(one.comment_id, one.action, one.reason, one.undoes_id is not None)
            for one in session.scalars(select(Decision).order_by(Decision.id))
        ]


def _outcomes(database: Database) -> dict[int, str]:
    with database.reading() as session:
        return dict(session.execute(select(Comment.id, Comment.outcome)).all())
