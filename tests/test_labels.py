"""What each decision weighs when the next model learns from it."""

import random

import pytest

from moderation.labels import Account, Decider, Label, in_words, weigh

ANA, BEN = Decider(moderator=1), Decider(moderator=2)


def label(decision, by=ANA, *, text=None, rejected=False, **fields):
    return Label(
        decision=decision,
        comment=fields.pop("comment", decision),
        rejected=rejected,
        by=by,
        text_hash=text or f"text {decision}",
        **fields,
    )


def many(number, by, *, start=0, **fields):
    return [label(start + one, by, **fields) for one in range(number)]


@pytest.mark.parametrize(
    ("labels", "weights"),
    [
        # A decision on what nobody else said counts once.
        ([label(1), label(2, rejected=True)], {1: 1, 2: 1}),
        # Near copies count once together, whatever was decided.
        ([label(1, wave=7, rejected=True), label(2, wave=7), label(3, wave=8)], {1: 0.5, 2: 0.5, 3: 1}),
        # So does the same text, though no wave lasts so long.
        ([label(1, text="same"), label(2, text="same"), label(3)], {1: 0.5, 2: 0.5, 3: 1}),
        # Who is in a wave of three and has one copy beside it has three copies.
        (
            [label(1, text="same"), label(2, text="same", wave=7), label(3, wave=7), label(4, wave=7)],
            {1: 1 / 2, 2: 1 / 3, 3: 1 / 3, 4: 1 / 3},
        ),
        # What came with a site's history counts half, and its copies half together.
        (
            [label(1, None), label(2, None, text="a"), label(3, None, text="a")],
            {1: 0.5, 2: 0.25, 3: 0.25},
        ),
        # What is forgotten teaches nothing, and is no copy of anything.
        ([label(1, text="same", is_forgotten=True), label(2, text="same")], {2: 1}),
        ([], {}),
    ],
)
def test_a_decision_weighs_as_much_as_it_says_anew(labels, weights):
    assert weigh(labels).weights == pytest.approx(weights)


@pytest.mark.parametrize(
    ("approved", "rejected", "teaches"),
    [
        # A wave, a text, or both in common with what another author wrote before.
        ({"author": "cleo", "wave": 7}, {"author": "dan", "wave": 7}, False),
        ({"author": "cleo", "text": "same"}, {"author": "dan", "text": "same"}, False),
        ({"author": "cleo", "wave": 7, "text": "same"}, {"author": "dan", "wave": 7}, False),
        # Nobody knows who wrote one of them.
        ({"wave": 7}, {"author": "dan", "wave": 7}, False),
        ({"author": "cleo", "wave": 7}, {"wave": 7}, False),
        # Nothing in common.
        ({"author": "cleo", "wave": 7}, {"author": "dan", "wave": 8}, True),
        # The author's own comment once more.
        ({"author": "dan", "wave": 7}, {"author": "dan", "wave": 7}, True),
        # It was there first: that a copy of spam was approved was a slip.
        ({"author": "cleo", "wave": 7, "comment": 9}, {"author": "dan", "wave": 7}, True),
        # The approval was forgotten.
        ({"author": "cleo", "wave": 7, "is_forgotten": True}, {"author": "dan", "wave": 7}, True),
    ],
)
def test_a_rejected_copy_of_what_another_author_wrote_and_was_approved_teaches_nothing(
    approved, rejected, teaches
):
    found = weigh([label(1, **approved), label(2, rejected=True, **rejected)])

    assert (2 in found.weights) is teaches
    assert found.account.copies_of_approved == (not teaches)
    if not teaches:
        # Nor does it take from the weight of the comment that it copied.
        assert found.weights == {1: 1}


def test_the_author_of_the_first_approved_copy_is_not_the_only_one_who_counts():
    found = weigh(
        [
            label(1, author="dan", wave=7),
            label(2, author="dan", wave=7),
            label(3, author="cleo", wave=7),
            label(4, author="dan", wave=7, rejected=True),
        ]
    )

    assert set(found.weights) == {1, 2, 3}


@pytest.mark.parametrize(
    ("decided", "shares"),
    [
        # Of one or two people, there is nothing to share.
        ([100], [1.0]),
        ([99, 1], [0.99, 0.01]),
        # Of four, two fair shares are a half.
        ([80, 10, 10, 10], [0.5, 1 / 6, 1 / 6, 1 / 6]),
        # Of many, a fifth; who has less keeps what he has, beside the others.
        ([60] + [4] * 10, [0.2] + [0.08] * 10),
        ([20] + [8] * 10, [0.2] + [0.08] * 10),
        ([19] + [8] * 10, [19 / 99] + [8 / 99] * 10),
        # Those with more than a fifth are brought down together, the same for each.
        ([300, 200, 100] + [10] * 17, [0.2, 0.2, 0.2] + [0.4 / 17] * 17),
        # At the most that can be over a fifth each, the rest have a fifth together.
        ([40] * 4 + [1] * 10, [0.2] * 4 + [0.02] * 10),
    ],
)
def test_nobody_has_more_than_a_fair_share_of_the_say(decided, shares):
    labels = [
        label(1_000 * person + one, Decider(moderator=person))
        for person, number in enumerate(decided, start=1)
        for one in range(number)
    ]

    found = weigh(labels)
    weights = [found.accounts[Decider(moderator=one)].weight for one in range(1, len(decided) + 1)]

    assert [one / sum(weights) for one in weights] == pytest.approx(shares)
    assert found.account.busiest == sum(
        weight < number - 1e-9 for weight, number in zip(weights, decided, strict=True)
    )


def test_who_decides_nearly_everything_still_counts_for_a_tenth():
    """The owner's work is not thrown away because two colleagues tried it once."""
    found = weigh([*many(1_000, ANA), label(2_001, BEN), label(2_002, Decider(moderator=3))])

    assert found.accounts[ANA].weight == pytest.approx(100)
    assert found.accounts[BEN].weight == 1


def test_copies_count_once_before_anybody_is_found_to_have_decided_too_much():
    """A wave of a thousand is one comment, and whoever rejected it as one has not taken over."""
    others = [label(5_000 + one, Decider(moderator=10 + one)) for one in range(10)]

    found = weigh([*many(1_000, ANA, wave=1, rejected=True), *others])

    assert found.account.busiest == 0
    assert found.accounts[ANA].weight == pytest.approx(1)


def test_imported_history_makes_nobody_the_busiest_and_hides_nobody_who_is():
    history = many(5_000, None, start=50_000)
    others = [label(20_000 + one, Decider(moderator=10 + one % 10)) for one in range(100)]
    busy = many(200, ANA)

    found = weigh([*history, *busy, *others])

    assert found.accounts[ANA].weight == pytest.approx(25)
    assert found.accounts[None].weight == pytest.approx(2_500)


def test_a_name_that_two_sites_give_is_two_people():
    people = [Decider(site=site, reporter="the blog") for site in (1, 2)]

    found = weigh([label(1, people[0]), label(2, people[1])])

    assert set(found.accounts) == set(people)


def test_the_order_of_decisions_does_not_matter_to_the_last_bit():
    lots = random.Random(5)
    labels = [
        label(
            number,
            lots.choice([None, *(Decider(moderator=min(one, 7)) for one in range(1, 20))]),
            wave=lots.choice([None, *range(50)]),
            rejected=lots.random() < 0.4,
            author=lots.choice("abcdef"),
        )
        for number in range(2_000)
    ]
    shuffled = lots.sample(labels, len(labels))

    assert weigh(labels).weights == weigh(shuffled).weights


def test_the_account_says_in_sentences_what_became_of_all():
    labels = [
        *many(60, ANA),
        *(label(100 + one, Decider(moderator=10 + one % 10)) for one in range(38)),
        label(200, BEN, wave=7, author="cleo"),
        label(201, BEN, wave=7, author="cleo"),
        label(202, BEN, wave=7, author="dan", rejected=True),
        label(203, None),
        label(204, BEN, is_forgotten=True),
    ]

    account = weigh(labels).account

    assert account == Account(
        teach=101,
        weight=pytest.approx(49.25),
        forgotten=1,
        copies_of_approved=1,
        near_copies=2,
        imported=1,
        of_the_busiest=60,
        busiest=1,
    )
    assert in_words(account) == (
        "Models learn from 101 decisions, which count as 49. "
        "2 of them were made on comments that say nearly the same as others: such comments count once"
        " together. "
        "1 of them came with a site’s history and count 50%, because nobody knows by what rules they"
        " were made. "
        "60 of them were made by one person who decided far more than the others: they count for less,"
        " so that nobody alone says what is learnt. "
        "Left out: 1 decision that rejected a copy of another author’s approved comment, whose words are"
        " not to blame. "
        "Left out: 1 decision that models are to forget."
    )
    assert in_words(weigh([label(1), label(2)]).account) == (
        "Models learn from 2 decisions, which count as 2."
    )
