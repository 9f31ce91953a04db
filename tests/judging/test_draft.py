"""What a site may send, and what is refused at the door."""

from datetime import UTC, datetime

import msgspec
import pytest

from moderation.draft import Author, Draft, Form, Page, Submission

FULL = {
    "id": "17",
    "text": "What a day.",
    "author": {
        "name": "ana",
        "email": "ana@example.org",
        "url": "https://ana.example.org/",
        "ip": "192.0.2.1",
        "user_agent": "Mozilla/5.0",
        "id": "ana",
    },
    "page": {
        "url": "https://blog.example.org/day",
        "title": "On days",
        "published_at": "2026-11-22T09:00:00Z",
    },
    "form": {"honeypot": "http://example.com", "seconds": 1.5},
    "parent_id": "16",
    "submitted_at": "2026-11-22T10:00:00+01:00",
}
IDS = [("id",), ("parent_id",), ("author", "id")]
STRINGS = [
    *[("id",), ("text",), ("parent_id",)],
    *[("author", name) for name in FULL["author"]],
    *[("page", "url"), ("page", "title"), ("form", "honeypot")],
]
MOMENTS = [("submitted_at",), ("page", "published_at")]


def read(fields: object, shape: type[Draft] = Draft) -> Draft:
    return msgspec.json.decode(msgspec.json.encode(fields), type=shape)


def changed(place: tuple[str, ...], value: object) -> dict[str, object]:
    """FULL, with one field set otherwise."""
    if len(place) == 1:
        return {**FULL, place[0]: value}
    return {**FULL, place[0]: {**FULL[place[0]], place[1]: value}}


def test_everything_a_site_knows_is_kept_as_sent() -> None:
    expected = Submission(
        id="17",
        text="What a day.",
        author=Author(
            name="ana",
            email="ana@example.org",
            url="https://ana.example.org/",
            ip="192.0.2.1",
            user_agent="Mozilla/5.0",
            id="ana",
        ),
        page=Page(
            url="https://blog.example.org/day",
            title="On days",
            published_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
        ),
        form=Form(honeypot="http://example.com", seconds=1.5),
        parent_id="16",
        submitted_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
    )

    assert read(FULL, Submission) == expected


def test_a_text_is_enough_for_a_draft() -> None:
    expected = Draft(text="Hm", id=None, author=Author(), page=Page(), parent_id=None, submitted_at=None)

    assert read({"text": "Hm"}) == expected


def test_a_draft_needs_a_text() -> None:
    with pytest.raises(msgspec.ValidationError, match="missing required field `text`"):
        read({"id": "17"})


def test_a_submission_needs_the_sites_own_id() -> None:
    with pytest.raises(msgspec.ValidationError, match="missing required field `id`"):
        read({"text": "What a day."}, Submission)


def test_a_submission_cannot_have_a_null_for_its_id() -> None:
    assert read({"text": "What a day.", "id": None}).id is None

    with pytest.raises(msgspec.ValidationError, match=r"Expected `str`, got `null` - at `\$.id`"):
        read({"text": "What a day.", "id": None}, Submission)


@pytest.mark.parametrize(
    ("place", "most"),
    [
        (("text",), 65_536),
        # The site's own ids.
        (("id",), 255),
        (("parent_id",), 255),
        (("author", "id"), 255),
        # What is typed into a form.
        (("author", "name"), 500),
        (("author", "email"), 500),
        (("author", "ip"), 500),
        # What comes from machines can be longer.
        (("author", "url"), 2_000),
        (("author", "user_agent"), 2_000),
        (("page", "url"), 2_000),
        (("page", "title"), 2_000),
        (("form", "honeypot"), 2_000),
    ],
)
# Length is counted as people count it, not in bytes.
@pytest.mark.parametrize("character", ["a", "é", "😀"])
def test_a_field_has_a_greatest_length(place: tuple[str, ...], most: int, character: str) -> None:
    read(changed(place, character * most))

    with pytest.raises(msgspec.ValidationError, match=f"length <= {most} - at `\\$.{'.'.join(place)}`"):
        read(changed(place, character * (most + 1)))


@pytest.mark.parametrize("place", [("text",), ("id",), ("parent_id",), ("author", "id")])
def test_a_text_or_an_id_is_not_empty(place: tuple[str, ...]) -> None:
    with pytest.raises(msgspec.ValidationError, match=f"length >= 1 - at `\\$.{'.'.join(place)}`"):
        read(changed(place, ""))


@pytest.mark.parametrize("place", STRINGS)
@pytest.mark.parametrize("text", ["\0", "a\0b", "\0\n", "a\n\0", "a\0\n"])
def test_a_nul_is_refused_everywhere(place: tuple[str, ...], text: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="matching regex"):
        read(changed(place, text))


@pytest.mark.parametrize("place", IDS)
@pytest.mark.parametrize("text", ["two\nlines", "end\n", "\t", "\x7f"])
def test_an_id_is_one_line(place: tuple[str, ...], text: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="matching regex"):
        read(changed(place, text))


@pytest.mark.parametrize("place", [place for place in STRINGS if place not in IDS])
@pytest.mark.parametrize("text", ["two\nlines\n", "\n", "\x01\x7f", "\u2028", "\ufffd"])
def test_every_other_character_is_taken(place: tuple[str, ...], text: str) -> None:
    read(changed(place, text))


@pytest.mark.parametrize("seconds", [-0.1, "1.5", True])
def test_a_time_is_a_number_that_is_not_negative(seconds: object) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"at `\$.form.seconds`"):
        read(changed(("form", "seconds"), seconds))


@pytest.mark.parametrize("place", MOMENTS)
@pytest.mark.parametrize("moment", ["2026-11-22T09:00:00", "2026-11-22"])
def test_a_moment_without_its_offset_is_refused(place: tuple[str, ...], moment: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=f"at `\\$.{'.'.join(place)}`"):
        read(changed(place, moment))


@pytest.mark.parametrize("place", MOMENTS)
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_utc_has_no_year_for_is_refused(place: tuple[str, ...], moment: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="outside the years 1 to 9999"):
        read(changed(place, moment))


@pytest.mark.parametrize("place", MOMENTS)
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59+14:00"])
def test_the_first_and_the_last_moment_are_taken(place: tuple[str, ...], moment: str) -> None:
    read(changed(place, moment))


@pytest.mark.parametrize("place", [("mood",), ("author", "mood"), ("page", "mood"), ("form", "mood")])
@pytest.mark.parametrize("shape", [Draft, Submission])
def test_an_unknown_field_is_refused_by_name(place: tuple[str, ...], shape: type[Draft]) -> None:
    """A misspelt field would otherwise be lost in silence."""
    with pytest.raises(msgspec.ValidationError, match="unknown field `mood`"):
        read(changed(place, "sunny"), shape)


def test_what_was_not_said_is_not_written_down() -> None:
    assert msgspec.json.encode(Draft(text="Hm")) == b'{"text":"Hm"}'
