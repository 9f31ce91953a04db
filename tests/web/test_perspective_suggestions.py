"""Perspective's `comments:suggestscore`: what people decided at the site, on both databases."""

import hashlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from moderation import feedback, sites
from moderation.store.tables import Comment
from moderation.verdict import Action
from tests.calling import Answer, call
from tests.conftest import add_site, on_each_database

TEXT = "What a day, said ana."


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request, tmp_path_factory):
    """A database of each kind, and a service on it; each test has a site of its own."""
    with on_each_database(request, tmp_path_factory) as found:
        yield found


@pytest.fixture
def key(service):
    """The key of a new site, which is its name too."""
    key = uuid.uuid4().hex
    add_site(service[0], key, key)
    return key


@pytest.fixture
def suggest(service, key):
    """Suggest a score for a text, with more or other fields."""

    def ask(value: object = 1, attribute: str = "TOXICITY", **fields: object) -> Answer:
        content = {
            "comment": {"text": TEXT},
            "attributeScores": {attribute: {"summaryScore": {"value": value}}},
            **fields,
        }
        return call("POST", f"{service[1]}/v1alpha1/comments:suggestscore?key={key}", content)

    return ask


@pytest.fixture
def stored(service, key):
    """List what is stored for the site, with its decisions."""

    def listed() -> list[Comment]:
        with service[0].reading() as session:
            site = sites.by_name(session, key)
            return list(
                session.scalars(
                    select(Comment)
                    .where(Comment.site_id == site.id)
                    .order_by(Comment.id)
                    .options(selectinload(Comment.decisions), selectinload(Comment.verdict))
                )
            )

    return listed


@pytest.mark.parametrize(
    ("value", "action"), [(0, Action.APPROVE), (1, Action.REJECT), (1.0, Action.REJECT)]
)
@pytest.mark.parametrize(
    "attribute", ["TOXICITY", "TOXICITY_EXPERIMENTAL", "TOXICITY_FAST", "LIKELY_TO_REJECT"]
)
def test_0_and_1_are_decisions_by_the_community(suggest, stored, value, action, attribute):
    answer = suggest(value, attribute, clientToken="comment:1", communityId="Coral:blog")

    assert (answer.status, answer.json["clientToken"]) == (200, "comment:1")
    (comment,) = stored()
    assert (comment.external_id, comment.text) == ("comment:1", TEXT)
    assert comment.verdict.model.startswith("base-")
    assert comment.outcome is action
    (decision,) = comment.decisions
    assert (decision.action, decision.reporter) == (action, "Coral:blog")


def test_the_feed_tells_them(service, suggest, key):
    suggest(clientToken="comment:1")

    with service[0].reading() as session:
        site = sites.by_name(session, key)
        (heard,) = feedback.decisions_since(session, site, 0, limit=10)
        assert (heard.comment.external_id, heard.action) == ("comment:1", Action.REJECT)


def test_the_next_model_learns_from_them(service, suggest):
    text = f"What a day, said {uuid.uuid4().hex}."
    suggest(0, comment={"text": text})

    with service[0].reading() as session:
        assert [one.rejected for one in feedback.examples(session) if one.text == text] == [False]


def test_of_many_at_one_moment_each_is_a_decision_or_told_to_come_again(suggest, stored):
    values = [0, 1] * 8
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda value: suggest(value, clientToken="1"), values))

    assert {one.status for one in answers} <= {200, 409}
    assert all(one.json["error"]["status"] == "ABORTED" for one in answers if one.status == 409)
    (comment,) = stored()
    actions = [one.action for one in comment.decisions]
    assert actions
    assert all(one is not other for one, other in pairwise(actions))
    assert comment.outcome is actions[-1]


def test_the_same_again_is_harmless(suggest, stored):
    for _ in range(3):
        assert suggest(clientToken="comment:1").status == 200

    (comment,) = stored()
    assert len(comment.decisions) == 1


def test_a_changed_mind_is_one_more_decision(suggest, stored):
    for value in (1, 0, 0, 1):
        suggest(value, clientToken="comment:1")

    (comment,) = stored()
    assert [one.action for one in comment.decisions] == [Action.REJECT, Action.APPROVE, Action.REJECT]
    assert comment.outcome is Action.REJECT


@pytest.mark.parametrize("token", [None, "", "a\nb", "a" * 256])
def test_without_a_usable_token_the_text_names_the_comment(suggest, stored, token):
    suggest(clientToken=token)
    suggest(clientToken=token)

    (comment,) = stored()
    assert comment.external_id == f"sha256:{hashlib.sha256(TEXT.encode()).hexdigest()}"


@pytest.mark.parametrize("community", [None, "", "a\nb", "a" * 256])
def test_without_a_usable_community_somebody_decided(suggest, stored, community):
    suggest(communityId=community)

    assert stored()[0].decisions[0].reporter == "Perspective client"


def test_a_comment_that_the_site_sent_otherwise_is_decided_on(service, key, suggest, stored):
    own = {"id": "7", "text": TEXT, "author": {"name": "ana"}}
    assert call("POST", f"{service[1]}/api/v1/comments", own, key=key).status == 201

    suggest(clientToken="7")

    (comment,) = stored()
    assert (comment.author_name, comment.outcome) == ("ana", Action.REJECT)


def test_another_text_under_the_same_token_is_a_comment_of_its_own(suggest, stored):
    suggest(1, clientToken="7")
    edited = "What a lovely day, said ana."
    suggest(0, clientToken="7", comment={"text": edited})
    suggest(0, clientToken="7", comment={"text": edited})

    first, second = stored()
    assert (first.external_id, first.outcome) == ("7", Action.REJECT)
    assert second.external_id.startswith("sha256:")
    assert (second.text, second.outcome, len(second.decisions)) == (edited, Action.APPROVE, 1)


@pytest.mark.parametrize(
    ("value", "attribute"),
    [
        *((value, "TOXICITY") for value in (0.5, 0.999, 2, -1, None)),
        # Not to be severely toxic, or no threat, does not make a comment welcome.
        *(
            (value, name)
            for value in (0, 1)
            for name in ("SEVERE_TOXICITY", "THREAT", "SPAM", "FLIRTATION")
        ),
    ],
)
def test_anything_else_is_heard_and_forgotten(suggest, stored, value, attribute):
    answer = suggest(value, attribute, clientToken="1")

    assert (answer.status, answer.json) == (200, {})
    assert not stored()


@pytest.mark.parametrize("scores", [None, {}, {"spanScores": [{"score": {"value": 1}}]}])
def test_without_a_score_of_the_whole_nothing_is_said(suggest, stored, scores):
    answer = suggest(attributeScores={"TOXICITY": scores})

    assert (answer.status, answer.json) == (200, {})
    assert not stored()


def test_the_word_on_rejection_comes_before_the_one_on_toxicity(suggest, stored):
    scores = {
        "TOXICITY": {"summaryScore": {"value": 0}},
        "LIKELY_TO_REJECT": {"summaryScore": {"value": 1}},
    }
    suggest(attributeScores=scores)

    assert stored()[0].outcome is Action.REJECT


@pytest.mark.parametrize("name", ["doNotStore", "do_not_store"])
def test_what_must_not_be_stored_is_not(suggest, stored, name):
    answer = suggest(clientToken="1", **{name: True})

    assert (answer.status, answer.json) == (200, {})
    assert not stored()


def test_the_answer_has_the_documented_fields(suggest):
    text = "This is really a lovely article, thank you for it and all the best to you."
    answer = suggest(0, comment={"text": text}, languages=["en-GB"], clientToken="1")

    assert answer.json == {
        "clientToken": "1",
        "requestedLanguages": ["en-GB"],
        "detectedLanguages": ["en"],
    }


def test_any_language_can_be_decided_on(suggest, stored):
    assert suggest(languages=["de"]).json["requestedLanguages"] == ["de"]
    assert stored()[0].outcome is Action.REJECT


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        ("Comment must be non-empty.", {"comment": {}}),
        ("Comment text was too many bytes. Value (20481) exceeded", {"comment": {"text": "a" * 20_481}}),
        ("Missing attribute_scores", {"attributeScores": {}}),
        ("Unknown requested attribute: FOO", {"attributeScores": {"FOO": {}}}),
        (
            "Requested score type RAW is not supported by attribute TOXICITY",
            {"attributeScores": {"TOXICITY": {"summaryScore": {"value": 1, "type": "RAW"}}}},
        ),
        ("A comment with a NUL character cannot be stored.", {"comment": {"text": "a\0b"}}),
        ("Invalid JSON payload received.", {"attributeScores": []}),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_stored(suggest, stored, message, fields):
    answer = suggest(**fields)

    assert (answer.status, answer.json["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert answer.json["error"]["message"].startswith(message)
    assert not stored()


def test_two_sites_may_use_one_token(service, suggest, stored):
    other = uuid.uuid4().hex
    add_site(service[0], other, other)
    suggest(1, clientToken="1")
    content = {
        "comment": {"text": TEXT},
        "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0}}},
        "clientToken": "1",
    }
    call("POST", f"{service[1]}/v1alpha1/comments:suggestscore?key={other}", content)

    assert [one.outcome for one in stored()] == [Action.REJECT]
    with service[0].reading() as session:
        site = sites.by_name(session, other)
        (heard,) = feedback.decisions_since(session, site, 0, limit=10)
        assert heard.action is Action.APPROVE
