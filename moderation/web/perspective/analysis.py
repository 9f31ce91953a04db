"""`comments:analyze`: scores for a comment. Nothing is ever stored, whatever `doNotStore` says."""

from collections.abc import Mapping, Sequence
from itertools import accumulate

from moderation import judgement
from moderation.judgement import Languages, Scorer
from moderation.store.tables import Site
from moderation.text import Normalised, normalise, sentences
from moderation.verdict import Probability
from moderation.web import judging
from moderation.web.perspective import attributes
from moderation.web.perspective.failures import Content, Failure, refused
from moderation.web.perspective.requests import (
    AnalyzeRequest,
    AttributeParameters,
    check_attributes,
    read,
)

_AS_THEY_COME = AttributeParameters()
_LAST_OF_ONE_UNIT = "\uffff"


def analyze(site: Site, body: bytes) -> Content:
    """Score a comment by the classifier alone. Raises Failure or NotScored."""
    asked = read(body, AnalyzeRequest)
    wanted = _wanted(asked)
    scorer = judging.scorer(site)
    text = normalise(asked.text)
    languages = judgement.languages(text, asked.said_languages, scorer)
    if not languages.spoken:
        raise refused("Unable to detect language", "LANGUAGE_DETECTION_FAILED")
    supported = [name for name in wanted if attributes.is_answered(name) and not languages.unread]
    if not asked.drop_unsupported_attributes:
        for name in wanted:
            if name not in supported:
                raise _unsupported(name, asked, languages)
    answer = {
        "attributeScores": _scores(asked, text, {name: wanted[name] for name in supported}, scorer),
        "languages": languages.spoken,
        "detectedLanguages": languages.detected,
        "clientToken": asked.client_token,
    }
    return {name: one for name, one in answer.items() if one}


def _wanted(asked: AnalyzeRequest) -> Mapping[str, AttributeParameters]:
    """Check what is asked, and say which attributes are wanted."""
    asked.check()
    named = asked.requested_attributes
    if not named:
        raise refused("Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES")
    wanted = {name: parameters or _AS_THEY_COME for name, parameters in named.items()}
    check_attributes((name, parameters.score_type) for name, parameters in wanted.items())
    return wanted


def _unsupported(name: str, asked: AnalyzeRequest, languages: Languages) -> Failure:
    """Make the error from which clients learn which attribute to leave out."""
    those = languages.unread or languages.spoken
    whose = "requestedLanguages" if asked.said_languages else "detectedLanguages"
    return refused(
        f"Attribute {name} does not support request languages: {', '.join(those)}",
        "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
        languageNotSupportedByAttributeError={whose: those, "attribute": name},
    )


def _scores(
    asked: AnalyzeRequest,
    text: Normalised,
    wanted: Mapping[str, AttributeParameters],
    scorer: Scorer,
) -> Content:
    """Score the text, and its sentences if they are asked for, as far as thresholds are reached."""
    if not wanted:
        return {}
    spans = sentences(asked.text) if asked.span_annotations else []
    parts = [normalise(asked.text[start:end]) for start, end in spans]
    whole, *single = judgement.score([text, *parts], scorer)
    # Researchers' programs read the first span without having asked for any.
    scored = list(zip(spans, single, strict=True)) or [((0, len(asked.text)), whole)]
    units = _units(asked.text)
    return {
        name: {
            "spanScores": [
                {
                    "begin": units[start],
                    "end": units[end],
                    "score": _score(attributes.value(name, scores)),
                }
                for (start, end), scores in scored
            ],
            "summaryScore": _score(value),
        }
        for name, parameters in wanted.items()
        if (value := attributes.value(name, whole)) >= (parameters.score_threshold or 0)
    }


def _score(value: Probability) -> Content:
    return {"value": value, "type": "PROBABILITY"}


def _units(text: str) -> Sequence[int]:
    """For each place in `text`, say how many UTF-16 code units stand before it."""
    if text.isascii():
        return range(len(text) + 1)
    return list(accumulate((1 + (one > _LAST_OF_ONE_UNIT) for one in text), initial=0))
