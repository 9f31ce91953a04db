"""The texts written for this project, and what their reader refuses."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from moderation.classifier import own_texts
from moderation.classifier.corpus import fingerprint
from moderation.classifier.own_texts import BlogComment, OwnTextsUnusable
from moderation.text import host, links, normalise, word_list

# Reserved for examples, so that no text can advertise or blame a real site.
RESERVED = re.compile(r"(?:.+\.)?(?:example|example\.(?:org|com|net))")
# What honest readers point to when they want to be believed.
REFERENCES = {
    "archive.org",
    "arxiv.org",
    "docs.python.org",
    "doi.org",
    "en.wikipedia.org",
    "eur-lex.europa.eu",
    "gov.uk",
    "gutenberg.org",
    "hse.gov.uk",
    "iaea.org",
    "legislation.gov.uk",
    "nhs.uk",
    "postgresql.org",
    "rfc-editor.org",
    "who.int",
}


@pytest.fixture(scope="module")
def blog_comments() -> tuple[BlogComment, ...]:
    return own_texts.blog_comments()


@pytest.fixture(scope="module")
def abuse() -> list[str]:
    return [comment.text for comment in own_texts.uncivil()]


def hosts(comments: Iterable[BlogComment]) -> set[str]:
    named = {link.host for comment in comments for link in links(normalise(comment.text))}
    return named | {host(comment.author.url) or "" for comment in comments if comment.author.url}


def naming(texts: Iterable[str], names: frozenset[str]) -> Counter[str]:
    """How many of `texts` name each group."""
    found = Counter[str]()
    for text in texts:
        found.update(names.intersection(word_list(normalise(text.replace("’", "'")).text)))
    return found


def test_spam_and_its_look_alikes_are_as_many(blog_comments: tuple[BlogComment, ...]) -> None:
    spam = sum(comment.spam for comment in blog_comments)

    assert spam >= 450
    assert 0.9 <= spam / (len(blog_comments) - spam) <= 1.1


def test_each_kind_has_several_comments_and_is_either_spam_or_not(
    blog_comments: tuple[BlogComment, ...],
) -> None:
    kinds = Counter((comment.kind, comment.spam) for comment in blog_comments)

    assert len({kind for kind, _ in kinds}) == len(kinds)
    assert sum(spam for _, spam in kinds) >= 30
    assert sum(not spam for _, spam in kinds) >= 19
    assert min(kinds.values()) >= 7


def test_a_link_or_a_site_of_ones_own_does_not_give_spam_away(
    blog_comments: tuple[BlogComment, ...],
) -> None:
    honest = [comment for comment in blog_comments if not comment.spam]

    assert sum(bool(links(normalise(comment.text))) for comment in honest) >= 100
    assert sum(bool(comment.author.url) for comment in honest) >= 60


def test_civil_and_abusive_comments_are_as_many(abuse: list[str]) -> None:
    civil = own_texts.civil()

    assert len(abuse) >= 450
    assert 1 <= len(civil) / len(abuse) <= 1.3


@pytest.mark.parametrize(
    "attribute",
    ["toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"],
)
def test_every_attribute_is_shown_often_enough_to_be_learnt(attribute: str) -> None:
    assert sum(attribute in comment.labels for comment in own_texts.uncivil()) >= 40


def test_no_text_is_there_twice(blog_comments: tuple[BlogComment, ...], abuse: list[str]) -> None:
    texts = [comment.text for comment in blog_comments] + list(own_texts.civil()) + abuse
    copies = [text for text, count in Counter(map(fingerprint, texts)).items() if count > 1]

    assert copies == []


def test_texts_are_as_short_and_as_long_as_comments_are(
    blog_comments: tuple[BlogComment, ...], abuse: list[str]
) -> None:
    for texts in ([comment.text for comment in blog_comments], own_texts.civil(), abuse):
        lengths = sorted(map(len, texts))

        assert lengths[0] < 40
        assert lengths[-1] > 500
        assert lengths[-1] <= 1_200


def test_hundreds_of_civil_comments_argue_at_some_length() -> None:
    assert sum(150 <= len(text) <= 700 for text in own_texts.civil()) >= 200


def test_no_text_names_a_host_that_could_be_somebodys(
    blog_comments: tuple[BlogComment, ...], abuse: list[str]
) -> None:
    others = [link.host for text in (*own_texts.civil(), *abuse) for link in links(normalise(text))]
    real = {name for name in (*hosts(blog_comments), *others) if not RESERVED.fullmatch(name)}

    assert real <= REFERENCES


def test_spam_never_borrows_the_name_of_a_reference(blog_comments: tuple[BlogComment, ...]) -> None:
    named = hosts(comment for comment in blog_comments if comment.spam)

    assert named.isdisjoint(REFERENCES)


def test_no_group_is_named_more_often_by_abuse_than_by_civil_comments(abuse: list[str]) -> None:
    """Or its name would carry the blame."""
    names = own_texts.identities()
    abused, spoken_of = naming(abuse, names), naming(own_texts.civil(), names)

    assert len(abused) >= 150
    assert {name: count for name, count in abused.items() if spoken_of[name] < count} == {}


def test_identity_attacks_hit_every_kind_of_group(abuse: list[str]) -> None:
    """Majorities too: blame that fell on minorities alone would teach the names of minorities."""
    attacked = naming(
        (comment.text for comment in own_texts.uncivil() if "identity_attack" in comment.labels),
        own_texts.identities(),
    )

    assert len(attacked) >= 100
    assert {
        "muslims", "jews", "christians", "hindus", "atheists", "women", "men", "gay", "straight",
        "trans", "blind", "autistic", "elderly", "millennials", "republicans", "democrats", "white",
        "black", "americans", "nigerians", "dalits", "brahmins", "homeless", "rich",
    } <= set(attacked)  # fmt: skip


def test_names_of_groups_come_as_noun_and_adjective_and_in_numbers() -> None:
    names = own_texts.identities()

    assert len(names) >= 600
    assert {"pole", "poles", "polish", "woman", "women", "deaf", "deafness", "tory", "tories"} <= names


def test_new_lines_of_a_civil_comment_are_written_as_escapes(tmp_path: Path) -> None:
    (tmp_path / own_texts.CIVIL).write_text(
        "# a remark\n#hashtag\n\none\\ntwo \\\\n\n", encoding="utf-8"
    )

    assert own_texts.civil(tmp_path) == ("#hashtag", "one\ntwo \\n")


def test_a_line_may_hold_marks_that_some_readers_take_for_its_end(tmp_path: Path) -> None:
    (tmp_path / own_texts.CIVIL).write_text("one\u2028still one\x85still one\n", encoding="utf-8")

    assert own_texts.civil(tmp_path) == ("one\u2028still one\x85still one",)


@pytest.mark.parametrize(
    ("read", "name", "line", "problem"),
    [
        (own_texts.blog_comments, own_texts.BLOG_COMMENTS, '{"text": "a", "spam": true}', "kind"),
        (own_texts.blog_comments, own_texts.BLOG_COMMENTS, '{"text": "a", "kind": "pills"}', "spam"),
        (
            own_texts.blog_comments,
            own_texts.BLOG_COMMENTS,
            '{"text": "a", "spam": 1, "kind": "pills"}',
            "bool",
        ),
        (
            own_texts.blog_comments,
            own_texts.BLOG_COMMENTS,
            '{"text": "", "spam": true, "kind": "pills"}',
            "length",
        ),
        (
            own_texts.blog_comments,
            own_texts.BLOG_COMMENTS,
            '{"text": "a", "spam": true, "kind": "Pills!"}',
            "regex",
        ),
        (
            own_texts.blog_comments,
            own_texts.BLOG_COMMENTS,
            '{"text": "a", "spam": true, "kind": "pills", "urll": "b"}',
            "urll",
        ),
        (own_texts.uncivil, own_texts.UNCIVIL, '{"text": "a", "labels": ["rude"]}', "rude"),
        (own_texts.uncivil, own_texts.UNCIVIL, '{"text": "a", "labels": ["insult"]}', "toxicity"),
        (own_texts.uncivil, own_texts.UNCIVIL, "not JSON", "malformed"),
        (own_texts.uncivil, own_texts.UNCIVIL, "", "truncated"),
        (own_texts.civil, own_texts.CIVIL, r"a tab\t here", r"\\t"),
        (own_texts.civil, own_texts.CIVIL, "an end\\", "neither"),
        (own_texts.identities, own_texts.IDENTITIES, "Greek", "lower case"),
        (own_texts.identities, own_texts.IDENTITIES, "new zealander", "one word"),
        (own_texts.identities, own_texts.IDENTITIES, "greek", "twice"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_with_its_file(
    read: Callable[[Path], object], name: str, line: str, problem: str, tmp_path: Path
) -> None:
    good = {
        own_texts.BLOG_COMMENTS: '{"text": "hello", "spam": false, "kind": "thanks"}',
        own_texts.UNCIVIL: '{"text": "you fool", "labels": ["toxicity", "insult"]}',
        own_texts.CIVIL: "hello",
        own_texts.IDENTITIES: "greek",
    }
    (tmp_path / name).write_text(f"{good[name]}\n{line}\n", encoding="utf-8")

    with pytest.raises(OwnTextsUnusable, match=rf"{name}, line 2: .*{problem}"):
        read(tmp_path)


@pytest.mark.parametrize("content", [None, b"caf\xe9\n"])
def test_a_file_that_cannot_be_read_is_named(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / own_texts.CIVIL).write_bytes(content)

    with pytest.raises(OwnTextsUnusable, match=f"{own_texts.CIVIL} cannot be read"):
        own_texts.civil(tmp_path)


def test_texts_travel_with_the_package() -> None:
    assert own_texts.FOLDER.joinpath(own_texts.IDENTITIES).is_file()
