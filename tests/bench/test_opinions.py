"""Everybody's opinions of every text."""

from bench.contestants import OURS, Contestant, Setting, by_name
from bench.opinions import ask


def tell(step: str, done: int, total: int) -> None:
    assert done <= total, step


def test_opinions_come_in_the_order_of_the_texts_also_of_those_that_come_twice():
    texts = ["Thank you.", "You are a stupid idiot.", "Thank you.", "You are a stupid idiot.", "Good."]

    found = ask([by_name(OURS)], texts, Setting(), tell)

    toxicity = found.scores[f"{OURS}, toxicity"]
    assert [score > 0.1 for score in toxicity] == [False, True, False, True, False]
    assert [action == "approve" for action in found.actions[OURS]] == [True, False, True, False, True]


def test_who_cannot_take_part_is_named_and_nobody_else_is_lost():
    stranger = Contestant("nobody", "not among the contestants", by_name(OURS).start)

    found = ask([stranger, by_name(OURS)], ["Thank you."], Setting(), tell)

    assert list(found.absent) == ["nobody"]
    assert set(found.scores) == {f"{OURS}, toxicity", f"{OURS}, rejection"}
