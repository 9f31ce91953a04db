"""What a site saw before a draft, as the rules are told: real comments, real decisions."""

import pytest

from moderation import history, intake, review
from moderation.draft import Author, Draft, Page
from moderation.rules import Copies, History, Policy, Setting
from moderation.rules.options import Flood, NearCopies
from moderation.store import ask_together
from moderation.store.tables import RejectionReason
from moderation.verdict import Action
from tests.conftest import add_site, at
from tests.judging.making import set_to
from tests.making import draft, stored, verdict

ANA = Author(id="7", name="ana", email="ana@example.org")
BEN = Author(name="ben", email="ben@example.org")
SPAM = (
    "Our team of experts has helped hundreds of small shops to double their sales within a month."
    " Write to us today and get a free check of your page, no strings attached."
)
ALIKE = SPAM.replace("hundreds", "thousands") + " http://example.com/42"
OTHER_PAGE = Page(url="https://blog.example.org/peace")


def seen(session, site, sent, *, policy=None, is_edit=False, minutes=60) -> History:
    return intake.case(
        session.connection(), site, sent, policy or Policy(), is_edit=is_edit, now=at(minutes)
    ).history


@pytest.fixture
def other(database):
    """Another site of the same server."""
    return add_site(database, "other", "ba9876543210")


class TestCopies:
    @pytest.mark.parametrize(
        ("copies", "author", "page"),
        [
            # Sent twice by the same hand, or by somebody else, or elsewhere.
            (Copies(same_hand=1), BEN, OTHER_PAGE),
            (Copies(elsewhere=1, latest="1"), ANA, OTHER_PAGE),
            (Copies(elsewhere=1, latest="1"), BEN, Page(url="https://blog.example.org/third")),
            (Copies(elsewhere=1, latest="1"), Author(name="ben"), OTHER_PAGE),
        ],
    )
    def test_a_copy_is_told_by_where_it_stands(self, database, site, copies, author, page):
        with database.writing() as session:
            stored(session, site, "1", text=SPAM, author=BEN, page=OTHER_PAGE)

            found = seen(session, site, draft("2", SPAM.upper() + " ", author=author, page=page))

        assert (found.copies, found.near_copies) == (copies, Copies())

    def test_authors_who_leave_only_a_name_are_told_apart_by_it(self, database, site):
        with database.writing() as session:
            stored(session, site, "1", text=SPAM, author=Author(name="ben"))

            same = seen(session, site, draft("2", SPAM, author=Author(name="ben"))).copies
            another = seen(session, site, draft("2", SPAM, author=Author(name="eva"))).copies

        assert (same.same_hand, another.same_hand, another.elsewhere) == (1, 0, 1)

    def test_who_leaves_nothing_may_be_anybody(self, database, site):
        with database.writing() as session:
            stored(session, site, "1", text=SPAM, author=Author())

            assert seen(session, site, draft("2", SPAM, author=Author())).copies.elsewhere == 1

    def test_copies_on_other_sites_are_counted_and_not_named(self, database, site, other):
        """What another site calls its comments is nobody's business."""
        with database.writing() as session:
            stored(session, other, "theirs", text=SPAM)
            stored(session, other, "theirs too", text=ALIKE)

            found = seen(session, site, draft("2", SPAM))

        assert found.copies == Copies(other_sites=1)
        assert found.near_copies == Copies(other_sites=1)

    @pytest.mark.parametrize("text", [SPAM, "Buy my book about this very war, it is good!"])
    def test_old_copies_count_however_old(self, database, site, text):
        with database.writing() as session:
            stored(session, site, "1", text=text, author=BEN)

            assert seen(session, site, draft("2", text), minutes=1_000_000).copies.elsewhere == 1

    def test_near_copies_count_for_a_while(self, database, site):
        policy = Policy(rules=set_to(NearCopies(days=2)))
        with database.writing() as session:
            stored(session, site, "1", text=SPAM, author=BEN)

            assert seen(session, site, draft("2", ALIKE)).near_copies == Copies(elsewhere=1, latest="1")
            near, far = (
                seen(session, site, draft("2", ALIKE), policy=policy, minutes=days * 24 * 60).near_copies
                for days in (1, 3)
            )

        assert (near.elsewhere, far.elsewhere) == (1, 0)

    def test_how_alike_a_near_copy_must_be_is_the_owners_choice(self, database, site):
        with database.writing() as session:
            stored(session, site, "1", text=SPAM, author=BEN)

            strict = Policy(rules=set_to(NearCopies(share=1.0)))
            assert seen(session, site, draft("2", ALIKE), policy=strict).near_copies == Copies()

    def test_a_comment_is_no_copy_of_itself_nor_of_its_editions(self, database, site):
        with database.writing() as session:
            stored(session, site, "1", text=SPAM)
            intake.replace(session, site, draft("1", ALIKE), verdict(), now=at(1))

            again = seen(session, site, draft("1", SPAM), is_edit=True)

        assert (again.copies, again.near_copies) == (Copies(), Copies())

    def test_what_was_edited_away_is_no_copy_any_more(self, database, site):
        with database.writing() as session:
            stored(session, site, "1", text=SPAM)
            intake.replace(session, site, draft("1", "I am sorry."), verdict(), now=at(1))

            assert seen(session, site, draft("2", ALIKE, author=BEN)).near_copies == Copies()

    def test_other_comments_are_no_copies(self, database, site):
        with database.writing() as session:
            stored(
                session, site, "1", text="We doubled our sales within a year, and no expert helped us."
            )
            # Of short texts only copies are found, and only from some letters on.
            stored(session, site, "2", text="Thank you!")

            assert seen(session, site, draft("3", SPAM)).near_copies == Copies()
            assert seen(session, site, draft("3", "Thank you!", author=BEN)).copies == Copies()

    def test_what_people_rejected_is_told(self, database, site, ana):
        with database.writing() as session:
            first = stored(session, site, "1", text=SPAM, author=BEN)
            # The machine's own rejection says nothing new.
            stored(session, site, "2", text=SPAM, author=BEN, action=Action.REJECT)
            review.decide(session, first.id, ana, Action.REJECT, RejectionReason.SPAM, seen=0, now=at(1))

            found = seen(session, site, draft("3", SPAM)).copies

        assert (found.elsewhere, found.rejected, found.latest) == (2, 1, "2")

    def test_a_campaign_is_counted_up_to_a_point(self, database, site):
        with database.writing() as session:
            for number in range(110):
                stored(session, site, f"same {number}", text=SPAM, author=BEN)

            assert seen(session, site, draft("x", SPAM)).copies.elsewhere == 100


class TestAuthors:
    @pytest.mark.parametrize(
        ("earlier", "now", "approved"),
        [
            # The site's own id proves who it is, whatever else was typed in.
            (Author(id="7", email="ana@example.org"), Author(id="7", email="b@example.org"), 1),
            # An id that differs is another person, though the address is the same.
            (Author(id="7", email="ana@example.org"), Author(id="8", email="ana@example.org"), 0),
            # Without ids the address must do.
            (Author(email="Ana@Example.org"), Author(email=" ana@example.org"), 1),
            # A name alone is nobody.
            (Author(name="ana"), Author(name="ana"), 0),
        ],
    )
    def test_approved_comments_of_the_same_author_are_counted(
        self, database, site, earlier, now, approved
    ):
        with database.writing() as session:
            stored(session, site, "1", author=earlier, action=Action.APPROVE)

            assert seen(session, site, draft("2", author=now)).approved_before == approved

    def test_a_comment_that_a_moderator_rejected_does_not_speak_for_its_author(
        self, database, site, ana
    ):
        with database.writing() as session:
            earlier = stored(session, site, "1", action=Action.APPROVE)
            review.decide(
                session, earlier.id, ana, Action.REJECT, RejectionReason.SPAM, seen=0, now=at(1)
            )

            assert seen(session, site, draft("2")).approved_before == 0

    @pytest.mark.parametrize(
        ("counted", "author"),
        [
            ((2, 1), ANA),
            # An address can simply be typed in.
            ((0, 0), Author(name="ana", email="ana@example.org")),
            ((0, 0), Author(id="8", name="ana", email="ana@example.org")),
        ],
    )
    def test_what_people_decided_counts_for_whom_the_site_vouches(
        self, database, site, ana, counted, author
    ):
        decisions = [Action.APPROVE, Action.APPROVE, Action.REJECT, Action.REVIEW]
        with database.writing() as session:
            for number, action in enumerate(decisions):
                for sender in (ANA, Author(name="ana", email="ana@example.org")):
                    one = stored(session, site, f"{number} {sender.id}", author=sender)
                    review.decide(session, one.id, ana, action, seen=0, now=at(1))

            found = seen(session, site, draft("x", author=author))

        assert (found.approved_by_people, found.rejected_by_people) == counted

    def test_the_machine_never_vouches_for_itself(self, database, site):
        with database.writing() as session:
            stored(session, site, "1", author=ANA, action=Action.APPROVE)
            stored(session, site, "2", author=ANA, action=Action.REJECT)

            found = seen(session, site, draft("3", author=ANA))

        assert (found.approved_before, found.approved_by_people, found.rejected_by_people) == (1, 0, 0)

    def test_an_undone_decision_says_nothing(self, database, site, ana):
        with database.writing() as session:
            one = stored(session, site, "1", author=ANA, action=Action.APPROVE)
            rejected = review.decide(session, one.id, ana, Action.REJECT, seen=0, now=at(1))
            review.undo(session, rejected.id, ana, now=at(2))

            found = seen(session, site, draft("2", author=ANA))

        assert (found.approved_before, found.approved_by_people, found.rejected_by_people) == (1, 0, 0)

    def test_an_edit_washes_no_rejection_off(self, database, site, ana):
        with database.writing() as session:
            one = stored(session, site, "1", author=ANA)
            review.decide(session, one.id, ana, Action.REJECT, seen=0, now=at(1))
            intake.replace(session, site, draft("1", "Sorry.", author=ANA), verdict(), now=at(2))

            assert seen(session, site, draft("2", author=ANA)).rejected_by_people == 1

    def test_what_was_approved_of_another_text_speaks_for_nobody(self, database, site, ana):
        with database.writing() as session:
            one = stored(session, site, "1", author=ANA)
            review.decide(session, one.id, ana, Action.APPROVE, seen=0, now=at(1))
            intake.replace(session, site, draft("1", "Buy!", author=ANA), verdict(), now=at(2))

            assert seen(session, site, draft("2", author=ANA)).approved_by_people == 0

    def test_the_past_on_another_site_is_not_told(self, database, site, other, ana):
        """An id is a site's own: number 7 is somebody else there."""
        with database.writing() as session:
            one = stored(session, other, "1", author=ANA)
            review.decide(session, one.id, ana, Action.REJECT, seen=0, now=at(1))

            assert seen(session, site, draft("2", author=ANA)).rejected_by_people == 0


class TestFloods:
    @pytest.mark.parametrize(
        ("from_author", "from_range", "author"),
        [
            (3, 3, Author(email="ana@example.org", ip="192.0.2.1")),
            (3, 3, Author(email="ana@example.org", ip="192.0.2.254")),
            (3, 0, Author(email="ana@example.org", ip="192.0.3.1")),
            (3, 0, Author(email="ana@example.org")),
            (0, 3, Author(email="ben@example.org", ip="192.0.2.1")),
            (0, 0, Author(name="ana")),
        ],
    )
    def test_what_was_just_sent_is_counted(self, database, site, from_author, from_range, author):
        earlier = Author(email="ana@example.org", ip="192.0.2.1")
        with database.writing() as session:
            for minutes in (0, 58.5, 59, 60):
                stored(session, site, f"at {minutes}", author=earlier, now=at(minutes))

            found = seen(session, site, draft("x", author=author))

        assert (found.recent_from_author, found.recent_from_range) == (from_author, from_range)

    def test_the_span_is_the_owners_choice(self, database, site):
        policy = Policy(rules={"flood": Setting(None, Flood(minutes=0.75))})
        with database.writing() as session:
            for minutes in (59, 59.5):
                stored(session, site, f"at {minutes}", now=at(minutes))

            assert seen(session, site, draft("x"), policy=policy).recent_from_author == 1

    def test_edits_are_no_flood(self, database, site):
        with database.writing() as session:
            stored(session, site, "1", now=at(59))
            for number in range(5):
                intake.replace(session, site, draft("1", f"Edit {number}"), verdict(), now=at(60))

            assert seen(session, site, draft("1", "Again"), is_edit=True).recent_from_author == 0
            assert seen(session, site, draft("2")).recent_from_author == 1

    @pytest.mark.parametrize(
        ("expected", "ip"),
        [
            ("192.0.2.0/24", "192.0.2.77"),
            ("192.0.2.0/24", " 192.0.2.77 "),
            ("192.0.2.0/24", "::ffff:192.0.2.77"),
            ("2001:db8:1::/48", "2001:db8:1:2:3:4:5:6"),
            # The site's own machines stand for every reader.
            (None, "127.0.0.1"),
            (None, "10.1.2.3"),
            (None, "172.20.0.1"),
            (None, "192.168.1.1"),
            (None, "::1"),
            (None, "fd00::1"),
            (None, "fe80::1%eth0"),
            (None, "::ffff:10.1.2.3"),
            # No address at all.
            (None, None),
            (None, ""),
            (None, "192.0.2"),
            (None, "192.0.2.77, 192.0.2.78"),
            (None, "unknown"),
        ],
    )
    def test_a_range_is_what_one_customer_can_choose_from(self, expected, ip):
        assert history.author_range(Author(ip=ip)) == expected


def test_all_that_the_rules_look_at_takes_two_queries(database, site, monkeypatch):
    asked = []
    monkeypatch.setattr(
        history, "ask_together", lambda *about: asked.append(about) or ask_together(*about)
    )
    with database.reading() as session:
        seen(session, site, draft("1", SPAM, author=Author(id="7", ip="192.0.2.1")))

    ((_connection, *queries),) = asked
    assert len(queries) == 2


def test_a_draft_without_an_id_has_a_history_as_well(database, site):
    """So asks who judges without storing."""
    with database.writing() as session:
        stored(session, site, "1", text=SPAM, author=BEN, action=Action.APPROVE)

        found = seen(session, site, Draft(text=SPAM, author=BEN))

    assert (found.copies.elsewhere, found.approved_before, found.now) == (1, 1, at(60))
