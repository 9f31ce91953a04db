"""What the speed benchmark judges."""

from bench.texts import comments, hostile, mean_bytes, terms
from moderation.rules import EntryList, ListKind
from moderation.verdict import Action
from tests.classifier.making import write


def test_without_a_corpus_there_are_2000_comments_of_an_everyday_length():
    texts, origin = comments(None)

    assert len(texts) == 2_000
    assert 190 < mean_bytes(texts) < 280
    assert "example blog" in origin


def test_comments_are_the_same_each_time():
    assert comments(None) == comments(None)


def test_comments_of_a_corpus_are_its_own_and_none_comes_twice(tmp_path):
    names = (
        "open-tests/jigsaw_official_subset",
        "open-tests/wikipedia_nonfuzzed",
        "toxicity/civil_comments",
    )
    for name in names:
        rows = [(f"{name} {number}", 0) for number in range(900)]
        write(tmp_path / f"{name}.csv.gz", ("text", "label"), [*rows, *rows])

    texts, origin = comments(tmp_path)

    assert len(set(texts)) == len(texts) == 2_000
    assert {text.split()[0] for text in texts} == set(names)
    assert "civil_comments" in origin


def test_the_list_holds_65000_different_terms_that_a_site_could_import():
    found = terms()

    imported = EntryList.parse("long", ListKind.TERMS, Action.REVIEW, "\n".join(found))
    assert len(set(imported.entries)) == 65_000
    assert "casino bonus" in imported.entries


def test_hostile_texts_are_as_long_as_asked_and_can_be_sent():
    found = dict(hostile(500))

    assert {len(text) for text in found.values()} == {500}
    assert all(text.encode() for text in found.values())


def test_hostile_texts_of_another_seed_were_not_seen_before():
    first, second = dict(hostile(500, seed=1)), dict(hostile(500, seed=2))

    assert first["short words, all different"] != second["short words, all different"]
