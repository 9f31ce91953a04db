"""What the API answers with. The published document is made from these types."""

from datetime import datetime
from typing import Annotated

import msgspec

from moderation.feedback import FeedEntry, PersonsDecision
from moderation.store.tables import Comment
from moderation.verdict import Action, Verdict
from moderation.web.parsing import LARGEST_NUMBER

Cursor = Annotated[
    int,
    msgspec.Meta(
        ge=0, le=LARGEST_NUMBER, description="The `next` of the answer before, or 0 for the start."
    ),
]


class JudgedComment(Verdict, frozen=True, kw_only=True):
    """A stored comment: what holds for it now, and the machine's verdict on it."""

    id: str
    edition: Annotated[int, msgspec.Meta(description="1 as first sent; each edit adds one.")]
    action: Annotated[
        Action, msgspec.Meta(description="What holds now: the last decision, else the verdict.")
    ]
    verdict_action: Annotated[Action, msgspec.Meta(description="What the machine said.")]
    received_at: datetime
    erased_at: Annotated[
        datetime | None,
        msgspec.Meta(
            description="Since when nothing of it is stored but what became of it, because its author"
            " had it erased, or the site keeps such comments only for a time; else null. Only a PUT"
            " stores a text under this id again."
        ),
    ]
    decision: Annotated[
        PersonsDecision | None, msgspec.Meta(description="The last one; null until a person decides.")
    ]

    @classmethod
    def of(cls, comment: Comment) -> "JudgedComment":
        """Make it from what is stored; verdict and decisions must be loaded."""
        verdict = msgspec.structs.asdict(comment.verdict.value())
        return cls(
            **verdict | {"action": comment.outcome},
            id=comment.external_id,
            edition=comment.edition,
            verdict_action=comment.verdict.action,
            received_at=comment.received_at,
            erased_at=comment.erased_at,
            decision=PersonsDecision.of(comment.decisions[-1]) if comment.decisions else None,
        )


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """What people decided, in the order in which they did."""

    decisions: tuple[FeedEntry, ...]
    next: Annotated[int, msgspec.Meta(description="Send it as `after` to go on from here.")]


class FeedQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to read on in the feed, and how much at once."""

    after: Cursor = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 100
