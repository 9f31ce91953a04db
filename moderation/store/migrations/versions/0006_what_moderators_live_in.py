"""The queue has an order by time, comments are found by what they say, and people have more to do.

What waited before keeps about its order: it is due the earlier, the likelier it seemed to be rejected.
It counts as written in the site's first language, and is in no wave. Going back, claims, holds, notes,
audits, lists of authors' ids and the record of who did what are lost; moderators who only read, or who
are let in elsewhere, lose their way in.
"""

import hashlib
import secrets
from datetime import timedelta

import sqlalchemy as sa
from alembic import op
from argon2 import PasswordHasher

from moderation.store import search

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ROWS_AT_ONCE = 2_000
# What the least urgent waits at most.
_HOURS = 24

_moment = sa.DateTime(timezone=True)
_sites = sa.table("sites", sa.column("id"), sa.column("languages"))
_comments = sa.table(
    "comments",
    sa.column("id"),
    sa.column("site_id"),
    sa.column("page_url"),
    sa.column("page_key"),
    sa.column("language"),
    sa.column("received_at", _moment),
    sa.column("due_at", _moment),
    sa.column("urgency"),
    sa.column("outcome"),
    sa.column("superseded", sa.Boolean()),
    sa.column("waits_for"),
)
_verdicts = sa.table("verdicts", sa.column("comment_id"), sa.column("reasons", sa.JSON()))
_facets = sa.table("facets", sa.column("name"), sa.column("comment_id"))
_logins = sa.table("logins", sa.column("moderator_id"))
_moderators = sa.table(
    "moderators", sa.column("id"), sa.column("role"), sa.column("password_hash"), sa.column("left_at")
)


def upgrade() -> None:
    """Apply."""
    _alter_sites()
    _alter_moderators()
    _alter_comments()
    _create_tables()
    _describe_comments()
    with op.batch_alter_table("comments") as comments:
        comments.alter_column("language", existing_type=sa.String(length=8), nullable=False)
        comments.alter_column("due_at", existing_type=_moment, nullable=False)
        comments.drop_column("urgency")
    in_the_queue, in_a_wave = sa.text("waits_for IS NOT NULL"), sa.text("wave_id IS NOT NULL")
    op.create_index(
        "ix_comments_queue",
        "comments",
        [
            "due_at",
            "id",
            "waits_for",
            "site_id",
            "received_at",
            "wave_id",
            "page_key",
            "author_key",
        ],
        sqlite_where=in_the_queue,
        postgresql_where=in_the_queue,
    )
    op.create_index("ix_comments_site", "comments", ["site_id", "id"])
    op.create_index("ix_comments_author", "comments", ["author_key", "site_id", "id"])
    op.create_index("ix_comments_page", "comments", ["site_id", "page_key", "id"])
    op.create_index(
        "ix_comments_wave",
        "comments",
        ["wave_id", "id"],
        sqlite_where=in_a_wave,
        postgresql_where=in_a_wave,
    )
    op.create_index(
        "ix_comments_received",
        "comments",
        [
            "received_at",
            "site_id",
            "superseded",
            "outcome",
            "revision",
            "waits_for",
            "audit_share",
        ],
    )
    with op.batch_alter_table("decisions") as decisions:
        decisions.add_column(sa.Column("act_id", sa.Integer(), nullable=True))
        decisions.add_column(sa.Column("waited_for", sa.String(length=20), nullable=True))
        decisions.create_foreign_key(op.f("fk_decisions_act_id"), "acts", ["act_id"], ["id"])
    # The first decision on what the service did not decide is what people had waited for.
    op.execute(
        "UPDATE decisions SET waited_for = 'decision' WHERE revision = 1 AND position IS NOT NULL "
        "AND comment_id IN (SELECT comment_id FROM verdicts WHERE action = 'review')"
    )
    op.create_index("ix_decisions_act_id", "decisions", ["act_id", "id"])
    op.create_index("ix_decisions_decided_at", "decisions", ["decided_at"])


def downgrade() -> None:
    """Go back."""
    search.take_down(op.get_bind())
    # Older versions know no list that looks at authors' ids.
    op.execute("DELETE FROM site_lists WHERE scopes LIKE '%author%'")
    op.drop_index("ix_decisions_decided_at", "decisions")
    op.drop_index("ix_decisions_act_id", "decisions")
    with op.batch_alter_table("decisions") as decisions:
        decisions.drop_constraint(op.f("fk_decisions_act_id"), type_="foreignkey")
        decisions.drop_column("act_id")
        decisions.drop_column("waited_for")
    for table in (
        "backtests",
        "notes",
        "holds",
        "claims",
        "chosen",
        "acts",
        "facets",
        "audit_entries",
        "recovery_codes",
        "permissions",
        "policy_changes",
    ):
        op.drop_table(table)
    for index in ("received", "wave", "page", "author", "site", "queue"):
        op.drop_index(f"ix_comments_{index}", "comments")
    op.add_column("comments", sa.Column("urgency", sa.Double(), nullable=True))
    op.execute(
        "UPDATE comments SET urgency = coalesce((SELECT probability FROM verdicts "
        "WHERE verdicts.comment_id = comments.id), 1)"
    )
    with op.batch_alter_table("comments") as comments:
        comments.alter_column("urgency", existing_type=sa.Double(), nullable=False)
        for column in ("wave_id", "waits_for", "audit_share", "due_at", "language", "page_key"):
            comments.drop_column(column)
    op.create_index("ix_comments_queue", "comments", ["outcome", "superseded", "urgency", "id"])
    op.create_index("ix_comments_author", "comments", ["site_id", "author_key", "id"])
    # Whoever was not let in any more must not be again.
    op.execute(
        sa.update(_moderators)
        .where(
            sa.or_(
                _moderators.c.role == "reader",
                _moderators.c.left_at.is_not(None),
                _moderators.c.password_hash.is_(None),
            )
        )
        .values(role="moderator", password_hash=PasswordHasher().hash(secrets.token_hex()))
    )
    op.execute(sa.delete(_logins))
    with op.batch_alter_table("moderators") as moderators:
        moderators.drop_constraint(op.f("uq_moderators_subject"), type_="unique")
        moderators.alter_column("password_hash", existing_type=sa.String(length=255), nullable=False)
        for column in (
            "every_site",
            "code_secret",
            "code_step",
            "subject",
            "blurs",
            "language",
            "left_at",
        ):
            moderators.drop_column(column)
    with op.batch_alter_table("logins") as logins:
        for column in ("browser", "address", "seen_at"):
            logins.drop_column(column)
    with op.batch_alter_table("sites") as sites:
        sites.drop_column("audit_share")
        sites.drop_column("second_share")


def _alter_sites() -> None:
    with op.batch_alter_table("sites") as sites:
        sites.add_column(sa.Column("audit_share", sa.Double(), nullable=False, server_default="0.01"))
        sites.add_column(sa.Column("second_share", sa.Double(), nullable=False, server_default="0.02"))
    with op.batch_alter_table("sites") as sites:
        sites.alter_column("audit_share", server_default=None)
        sites.alter_column("second_share", server_default=None)


def _alter_moderators() -> None:
    with op.batch_alter_table("moderators") as moderators:
        moderators.add_column(
            sa.Column("every_site", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        moderators.add_column(sa.Column("code_secret", sa.String(length=64), nullable=True))
        moderators.add_column(sa.Column("code_step", sa.Integer(), nullable=True))
        moderators.add_column(sa.Column("subject", sa.String(length=500), nullable=True))
        moderators.add_column(
            sa.Column("blurs", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        moderators.add_column(sa.Column("language", sa.String(length=8), nullable=True))
        moderators.add_column(sa.Column("left_at", _moment, nullable=True))
        moderators.alter_column("password_hash", existing_type=sa.String(length=255), nullable=True)
        moderators.create_unique_constraint(op.f("uq_moderators_subject"), ["subject"])
    with op.batch_alter_table("moderators") as moderators:
        moderators.alter_column("every_site", server_default=None)
        moderators.alter_column("blurs", server_default=None)
    with op.batch_alter_table("logins") as logins:
        logins.add_column(sa.Column("browser", sa.String(length=500), nullable=True))
        logins.add_column(sa.Column("address", sa.String(length=100), nullable=True))
        logins.add_column(sa.Column("seen_at", _moment, nullable=True))


def _alter_comments() -> None:
    op.drop_index("ix_comments_queue", "comments")
    op.drop_index("ix_comments_author", "comments")
    for column in (
        sa.Column("page_key", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("due_at", _moment, nullable=True),
        sa.Column("audit_share", sa.Double(), nullable=True),
        sa.Column("waits_for", sa.String(length=20), nullable=True),
        sa.Column("wave_id", sa.Integer(), nullable=True),
    ):
        op.add_column("comments", column)


def _create_tables() -> None:
    op.create_table(
        "policy_changes",
        _id(),
        _number("site_id"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", _moment, nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        _number("takes_back_id", nullable=True),
        *_keys("policy_changes", site_id="sites", takes_back_id="policy_changes"),
        sa.UniqueConstraint("site_id", "revision", name=op.f("uq_policy_changes_site_id_revision")),
    )
    op.create_table(
        "permissions",
        _number("moderator_id"),
        _number("site_id"),
        *_keys("permissions", "moderator_id", "site_id", moderator_id="moderators", site_id="sites"),
    )
    op.create_table(
        "recovery_codes",
        _id(),
        _number("moderator_id"),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        *_keys("recovery_codes", moderator_id="moderators"),
    )
    op.create_index("ix_recovery_codes_moderator_id", "recovery_codes", ["moderator_id"])
    op.create_table(
        "audit_entries",
        _id(),
        sa.Column("done_at", _moment, nullable=False),
        _number("moderator_id", nullable=True),
        sa.Column("done_by", sa.String(length=255), nullable=False),
        sa.Column("act", sa.String(length=50), nullable=False),
        _number("site_id", nullable=True),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        *_keys("audit_entries", moderator_id="moderators", site_id="sites"),
    )
    op.create_index("ix_audit_entries_moderator", "audit_entries", ["moderator_id", "id"])
    op.create_index("ix_audit_entries_act", "audit_entries", ["act", "id"])
    op.create_table(
        "facets",
        sa.Column("name", sa.String(length=120), nullable=False),
        _number("comment_id"),
        *_keys("facets", "name", "comment_id", comment_id="comments"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "acts",
        _id(),
        _number("moderator_id"),
        sa.Column("started_at", _moment, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        _number("undoes_id", nullable=True),
        sa.Column("action", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("decided", sa.Integer(), nullable=False),
        sa.Column("left_alone", sa.Integer(), nullable=False),
        *_keys("acts", moderator_id="moderators", undoes_id="acts"),
    )
    op.create_table(
        "chosen",
        _number("act_id"),
        _number("comment_id"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("is_left_alone", sa.Boolean(), nullable=False),
        *_keys("chosen", "act_id", "comment_id", act_id="acts", comment_id="comments"),
    )
    op.create_table(
        "claims",
        _number("comment_id"),
        _number("moderator_id"),
        sa.Column("until", _moment, nullable=False),
        *_keys("claims", "comment_id", comment_id="comments", moderator_id="moderators"),
    )
    op.create_table(
        "holds",
        _number("comment_id"),
        _number("held_by_id"),
        sa.Column("held_at", _moment, nullable=False),
        _number("for_id"),
        *_keys(
            "holds",
            "comment_id",
            comment_id="comments",
            held_by_id="moderators",
            for_id="moderators",
        ),
    )
    op.create_index("ix_holds_for_id", "holds", ["for_id"])
    op.create_table(
        "notes",
        _id(),
        _number("comment_id"),
        _number("moderator_id"),
        sa.Column("written_at", _moment, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_keys("notes", comment_id="comments", moderator_id="moderators"),
    )
    op.create_index("ix_notes_comment_id", "notes", ["comment_id"])
    op.create_table(
        "backtests",
        _id(),
        _number("site_id"),
        _number("moderator_id"),
        sa.Column("started_at", _moment, nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("noted_at", _moment, nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        *_keys("backtests", site_id="sites", moderator_id="moderators"),
    )
    op.create_index("ix_backtests_site_id", "backtests", ["site_id"])


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _keys(table: str, *primary: str, **references: str) -> list[sa.schema.SchemaItem]:
    """The primary key, and a foreign key for each column that refers to another table."""
    foreign = [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in references.items()
    ]
    return [sa.PrimaryKeyConstraint(*(primary or ("id",)), name=op.f(f"pk_{table}")), *foreign]


def _describe_comments() -> None:
    """Fill in of every comment what new ones bring along."""
    connection = op.get_bind()
    languages = {
        site.id: site.languages.partition(",")[0] for site in connection.execute(sa.select(_sites))
    }
    update = (
        sa.update(_comments)
        .where(_comments.c.id == sa.bindparam("comment"))
        .values(
            page_key=sa.bindparam("page"),
            language=sa.bindparam("spoken"),
            due_at=sa.bindparam("due", type_=_moment),
            waits_for=sa.bindparam("waits"),
        )
    )
    last = 0
    while rows := connection.execute(
        sa.select(_comments, _verdicts.c.reasons)
        .outerjoin(_verdicts, _verdicts.c.comment_id == _comments.c.id)
        .where(_comments.c.id > last)
        .order_by(_comments.c.id)
        .limit(_ROWS_AT_ONCE)
    ).all():
        connection.execute(
            update,
            [
                {
                    "comment": row.id,
                    "page": hashlib.sha256(row.page_url.encode()).hexdigest() if row.page_url else None,
                    "spoken": languages[row.site_id],
                    "due": row.received_at + timedelta(hours=_HOURS * (1 - row.urgency)),
                    "waits": "decision" if row.outcome == "review" and not row.superseded else None,
                }
                for row in rows
            ],
        )
        connection.execute(
            sa.insert(_facets),
            [
                {"name": name, "comment_id": row.id}
                for row in rows
                for name in sorted(
                    {f"language:{languages[row.site_id]}"}
                    | {f"reason:{reason['code']}" for reason in row.reasons or ()}
                )
            ],
        )
        last = rows[-1].id
