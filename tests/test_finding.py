"""Comments are found by their words, by where they stand and by what was said of them."""

from contextlib import contextmanager

import msgspec
import pytest

from moderation import intake, review
from moderation.draft import Author, Page
from moderation.history import author_key, page_key
from moderation.review.finding import LONGEST_QUESTION, Wanted
from moderation.store import Database
from moderation.verdict import Action, Signal
from tests.conftest import KEY, add_site, at, fresh_database
from tests.making import draft, stored, verdict

NOW = at(600)

TEXTS = {
    "fox": "The quick brown fox jumps over the lazy dog.",
    "dog": "A dog, an old DOG; and nothing else.",
    "mail": "Write to cheap-pills@shop.example.net, only $5!",
    "german": "Schöne Grüße aus der Straße, sagte O'Brien.",
    "path": "See https://example.org/a_b/c?d=e&f=1 for 100% proof.",
    "hindi": "यह हिन्दी में लिखा है।",
}


@contextmanager
def asked_only(request, tmp_path_factory):
    """A database of each kind with a site, for all questions together: they change nothing."""
    database = Database(fresh_database(request, tmp_path_factory.mktemp("asked")))
    yield database, add_site(database, "blog", KEY)
    database.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def texts(request, tmp_path_factory):
    with asked_only(request, tmp_path_factory) as (database, site):
        with database.writing() as session:
            for name, text in TEXTS.items():
                stored(session, site, name, text=text, author=Author(name="Zoë"))
            session.commit()
        yield database


def found(database, access=None, **wanted):
    with database.reading() as session:
        rows = review.rows(session, Wanted(**wanted), access=access, now=NOW)
        return [comment.external_id for comment in session.scalars(rows.limit(100))]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("dog", ["dog", "fox"]),
        ("DOG lazy", ["fox"]),
        ("dog -lazy", ["dog"]),
        ('"brown fox"', ["fox"]),
        ('"fox brown"', []),
        ('dog -"lazy dog"', ["dog"]),
        ("qui*", ["fox"]),
        ("ui*", []),
        ('"brown fo"*', ["fox"]),
        ("dog -qui*", ["dog"]),
        ("cheap-pills@shop.example.net", ["mail"]),
        ("pills", ["mail"]),
        ("shop.exam*", ["mail"]),
        ("grüße", ["german"]),
        ("O'Brien", ["german"]),
        ("https://example.org/a_b", ["path"]),
        ("100%", ["path"]),
        ("हिन्दी", ["hindi"]),
        ("zoë fox", ["fox"]),
        ("-dog -pills", ["hindi", "path", "german"]),
        ('"lazy dog', ["fox"]),
        ("nowhere", []),
    ],
)
def test_words_find_what_says_them_the_latest_first(texts, asked, expected):
    assert found(texts, text=asked) == expected


@pytest.mark.parametrize(
    "asked",
    [
        "",
        " ",
        '"',
        '""',
        "'",
        "*",
        "-",
        "-*",
        "!!! ???",
        "fox NEAR dog",
        "NEAR(fox dog, 2)",
        "text:fox",
        "fox AND OR NOT",
        "^fox",
        "{text}: fox",
        "fox + dog",
        "(fox",
        "fox)",
        "fox & | ! <-> :*",
        "\\' OR 1=1 --",
        "fox\0dog",
        "\0",
        "😀",
        "😀*",
        "-😀",
        "fox -😀",
        "\u202e\u200b",
        ":a %s %(a)s {0}",
        "*fox* **",
        '-"-"-',
        "a " * (LONGEST_QUESTION // 2),
        "-a " * (LONGEST_QUESTION // 3),
        "a" * LONGEST_QUESTION,
    ],
)
def test_whatever_is_typed_is_a_question_and_no_error(texts, asked):
    wanted = Wanted(text=asked)

    with texts.reading() as session:
        listed = review.ids(session, wanted, limit=100, now=NOW)
        assert review.count(session, wanted, now=NOW).number == len(listed)


def test_a_question_of_any_length_is_refused_before_it_is_asked():
    with pytest.raises(msgspec.ValidationError, match="length <= 1000"):
        msgspec.convert({"text": "a" * 10_000}, Wanted)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def marked(request, tmp_path_factory):
    """Comments that differ in one thing each."""
    with asked_only(request, tmp_path_factory) as (database, site):
        store_marked(database, site)
        yield database


def store_marked(database, site):
    other = add_site(database, "other", "ffffffffffff")
    elsewhere = Page(url="https://blog.example.org/peace")
    threat = Signal(source="classifier", code="threat", message="A threat.", action=Action.REVIEW)
    with database.writing() as session:
        stored(session, site, "plain", now=at(0))
        stored(session, site, "page", page=elsewhere, now=at(60))
        stored(session, site, "author", author=Author(id="7"), now=at(120))
        stored(session, site, "approved", action=Action.APPROVE, probability=0.1, now=at(180))
        stored(session, site, "rejected", action=Action.REJECT, probability=0.9, now=at(240))
        stored(session, other, "other site", now=at(300))
        stored(session, site, "german", text="Das ist doch wirklich nicht schön.", now=at(360))
        judged = msgspec.structs.replace(verdict(), reasons=(threat,))
        intake.record(session, site, draft("threat"), judged, now=at(420))
        session.commit()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (
            {},
            ["threat", "german", "other site", "rejected", "approved", "author", "page", "plain"],
        ),
        ({"outcome": Action.APPROVE}, ["approved"]),
        ({"outcome": Action.REJECT}, ["rejected"]),
        ({"outcome": Action.REVIEW}, ["plain", "page", "author", "other site", "german", "threat"]),
        ({"page": page_key("https://blog.example.org/peace")}, ["page"]),
        ({"author": author_key(Author(id="7"))}, ["author"]),
        ({"reason": "threat"}, ["threat"]),
        ({"reason": "insult", "language": "de"}, ["german"]),
        ({"reason": "nothing of the kind"}, []),
        ({"older_than": 9}, ["page", "plain"]),
        ({"younger_than": 4}, ["threat", "german"]),
        ({"younger_than": 4.5, "older_than": 3.5}, ["german"]),
        (
            {"outcome": Action.REVIEW, "reason": "insult", "text": "day", "younger_than": 9.5},
            ["page", "author", "other site"],
        ),
    ],
)
def test_what_is_wanted_can_be_said_in_many_ways(marked, wanted, expected):
    assert found(marked, **wanted) == expected
