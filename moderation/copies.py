"""Look up the comments that say the same as a text, or nearly: by its sketch and its fingerprint.

The look-up is bounded: of each number of the sketch, the latest comments count.
"""

import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, literal, select, union_all

from moderation.sketch import SIZE
from moderation.store.tables import Comment, Sketch


def alike(most: int) -> Select[tuple[int]]:
    """Select the ids of the comments that say what `sought` gives, `most` for each number."""
    sharing = [
        select(Sketch.comment_id.label("id"), literal(1).label("shared"))
        .where(Sketch.number == bindparam(f"number_{place}"))
        .order_by(Sketch.comment_id.desc())
        .limit(most)
        for place in range(SIZE)
    ]
    # What is the same shares everything.
    same = (
        select(Comment.id, literal(SIZE).label("shared"))
        .where(Comment.text_hash == bindparam("text_hash"))
        .order_by(Comment.id.desc())
        .limit(most)
    )
    each = union_all(*(select(part.subquery()) for part in (*sharing, same))).subquery()
    return select(each.c.id).group_by(each.c.id).having(func.sum(each.c.shared) >= bindparam("shared"))


def sought(numbers: Sequence[int], text_hash: str, share: float) -> dict[str, Any]:
    """Say which text `alike` looks for, and which `share` of the numbers a near copy has."""
    # Nothing equals null.
    filled = [*numbers, *[None] * (SIZE - len(numbers))]
    return {f"number_{place}": number for place, number in enumerate(filled)} | {
        "shared": math.ceil(share * len(numbers)) or SIZE,
        "text_hash": text_hash,
    }
