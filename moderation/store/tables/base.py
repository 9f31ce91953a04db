"""What all tables share."""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import JSON, MetaData
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, mapped_column

from moderation.rules import ListKind, Mode, Scope
from moderation.store.columns import Moment, Word, Words
from moderation.store.tables.kinds import BacktestState, Receiver, RejectionReason, Role, WaitsFor
from moderation.verdict import Action


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, repr=False, eq=False):
    """The declarative base.

    Constraints have names, so that migrations can name what they change. Rows do not print what they
    hold, because it would end in logs.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads it from the class.
        datetime: Moment(),
        Action: Word(Action),
        ListKind: Word(ListKind),
        Mode: Word(Mode),
        tuple[Scope, ...]: Words(Scope),
        Role: Word(Role),
        RejectionReason: Word(RejectionReason),
        WaitsFor: Word(WaitsFor),
        Receiver: Word(Receiver),
        BacktestState: Word(BacktestState),
        dict[str, float]: JSON(),
        list[dict[str, Any]]: JSON(),
        list[str | None]: JSON(),
    }


Key = Annotated[int, mapped_column(primary_key=True)]
