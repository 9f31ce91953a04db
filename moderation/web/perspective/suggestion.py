"""`comments:suggestscore`: what people decided on a comment, for the next model to learn."""

import hashlib
from collections.abc import Mapping

import msgspec

from moderation import intake
from moderation.draft import Identifier, Submission
from moderation.store.tables import Site
from moderation.text import detect, normalise
from moderation.verdict import Action
from moderation.web import judging
from moderation.web.perspective.attributes import LIKELY_TO_REJECT, TOXICITY_NAMES
from moderation.web.perspective.failures import Content, Failure, refused
from moderation.web.perspective.requests import AttributeScores, SuggestRequest, check_attributes, read

_REPORTER = "Perspective client"
# The plainest word on the comment as a whole comes first.
_TELLING = (LIKELY_TO_REJECT, *TOXICITY_NAMES)
_ACTIONS = {0.0: Action.APPROVE, 1.0: Action.REJECT}


def suggest_score(site: Site, body: bytes) -> Content:
    """Take a score of 0 or 1 as a decision; anything else is heard and forgotten.

    Saying the same twice is harmless. Raises Failure or Conflict.
    """
    asked = read(body, SuggestRequest)
    asked.check()
    if not asked.attribute_scores:
        raise refused("Missing attribute_scores", "NO_REQUESTED_ATTRIBUTES")
    scores = {name: one or AttributeScores() for name, one in asked.attribute_scores.items()}
    check_attributes(
        (name, one.summary_score.type if one.summary_score else None) for name, one in scores.items()
    )
    action = _said(scores)
    if asked.do_not_store or action is None:
        return {}
    if "\0" in asked.text:
        raise Failure("A comment with a NUL character cannot be stored.")
    _report(site, asked, action)
    answer = {
        "clientToken": asked.client_token,
        "requestedLanguages": asked.said_languages,
        "detectedLanguages": list(filter(None, [detect(normalise(asked.text))])),
    }
    return {name: one for name, one in answer.items() if one}


def _said(scores: Mapping[str, AttributeScores]) -> Action | None:
    """Read a decision out of the scores, if there is one."""
    for name in _TELLING:
        summary = scores[name].summary_score if name in scores else None
        if summary and summary.value in _ACTIONS:
            return _ACTIONS[summary.value]
    return None


def _report(site: Site, asked: SuggestRequest, action: Action) -> None:
    """Store the decision under the client's id or, if that is another text's, under the text's own."""
    reporter = _identifier(asked.community_id) or _REPORTER
    of_text = f"sha256:{hashlib.sha256(asked.text.encode()).hexdigest()}"
    own = _identifier(asked.client_token) or of_text
    try:
        judging.label(site, Submission(id=own, text=asked.text), reporter, action)
    except intake.OtherContent:
        draft = Submission(id=of_text, text=asked.text)
        judging.label(site, draft, reporter, action)


def _identifier(name: str | None) -> str | None:
    """Pass what can be an id or a name in one line."""
    try:
        return msgspec.convert(name, Identifier)
    except msgspec.ValidationError:
        return None
