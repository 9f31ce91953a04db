"""Look up the comments that say the same as a text, or nearly: by its sketch and its fingerprint.

The look-up is bounded: of each number of the sketch, the latest comments count.
"""

import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, literal, or_, select, union_all

from moderation.sketch import SIZE
from moderation.store import Prepared
from moderation.store.tables import Comment, Sketch


def alike(most: int) -> Select[int]:
    """Select the ids of the comments that say what `sought` gives, `most` for each number.

    Of a text without a sketch, those that say the same.
    """
    sharing = [
        select(Sketch.comment_id.label("id"), literal(1).label("shared"))
        .where(Sketch.number == bindparam(f"number_{place}"))
        .order_by(Sketch.comment_id.desc())
        .limit(most)
        for place in range(SIZE)
    ]
    # What is the same shares everything.
    whole = _same(most).add_columns(literal(SIZE).label("shared"))
    each = union_all(*(select(part.subquery()) for part in (*sharing, whole))).subquery()
    return select(each.c.id).group_by(each.c.id).having(func.sum(each.c.shared) >= bindparam("shared"))


def _same(most: int) -> Select[int]:
    """Select the ids of the latest comments with the fingerprint `text_hash`."""
    return (
        select(Comment.id)
        .where(Comment.text_hash == bindparam("text_hash"))
        .order_by(Comment.id.desc())
        .limit(most)
    )


def sought(numbers: Sequence[int], text_hash: str, share: float) -> dict[str, Any]:
    """Say which text `alike` looks for, and which `share` of the numbers a near copy has."""
    shared = math.ceil(share * len(numbers)) or SIZE
    # Nothing equals null.
    filled = [*numbers, *[None] * (SIZE - len(numbers))]
    placed = {f"number_{place}": number for place, number in enumerate(filled)}
    return {**placed, "shared": shared, "text_hash": text_hash}


def _anything() -> Select[bool]:
    numbers = [bindparam(f"number_{place}", type_=Sketch.number.type) for place in range(SIZE)]
    sharing = exists().where(Sketch.number.in_(numbers))
    return select(or_(sharing, exists().where(Comment.text_hash == bindparam("text_hash"))))


ANYTHING = Prepared(_anything())
"""Whether any comment shares one of the numbers, or the fingerprint, that `sought` gives.

Most comments share nothing with any other, and this tells it in a fraction of the time.
"""
