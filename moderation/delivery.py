"""The outbox: whom decisions must be told, written in the transaction of each decision."""

from datetime import datetime

from sqlalchemy.orm import Session

from moderation.store.tables import Comment, Decision, Delivery, Receiver


def announce(session: Session, comment: Comment, decision: Decision, *, now: datetime) -> None:
    """Note whom to tell of a decision on a comment, whose site must be loaded.

    The blog's Akismet plugin is not told what it reported itself.
    """
    wanted = {
        Receiver.CALLBACK: comment.site.callback_url is not None,
        Receiver.AKISMET: comment.akismet_callback is not None and decision.reporter is None,
    }
    session.add_all(
        Delivery(
            site_id=comment.site_id,
            decision_id=decision.id,
            receiver=receiver,
            created_at=now,
            due_at=now,
        )
        for receiver, is_wanted in wanted.items()
        if is_wanted
    )
    session.flush()
