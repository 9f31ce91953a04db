"""Take in what a site sends: find what it sent before, prepare it for judgement, store it once."""

from moderation.intake.audits import AUDITS, AUDITS_AT_FIRST, FIRST_COMMENTS
from moderation.intake.finding import (
    AKISMET_PREFIX,
    OtherContent,
    UnknownComment,
    find,
    is_same,
    known,
    latest,
    sent_before,
)
from moderation.intake.preparing import case
from moderation.intake.rows import (
    comment_columns,
    facet_columns,
    shadow_columns,
    sketch_columns,
    verdict_columns,
)
from moderation.intake.storing import EditedMeanwhile, record, replace

__all__ = [
    "AKISMET_PREFIX",
    "AUDITS",
    "AUDITS_AT_FIRST",
    "FIRST_COMMENTS",
    "EditedMeanwhile",
    "OtherContent",
    "UnknownComment",
    "case",
    "comment_columns",
    "facet_columns",
    "find",
    "is_same",
    "known",
    "latest",
    "record",
    "replace",
    "sent_before",
    "shadow_columns",
    "sketch_columns",
    "verdict_columns",
]
