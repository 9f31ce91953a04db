"""Rules are set per site, and look at the form, the range of addresses and near copies.

The two choices that a site had before become settings of the rules that they were about, and the
other way round. What was sent before has no form, and is no near copy and no part of a flood: the
rules look back some weeks at most, so it is not worth reading every comment again.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_sites = sa.table(
    "sites", sa.column("id"), sa.column("max_links"), sa.column("hold_first_time_authors", sa.Boolean())
)
_rules = sa.table(
    "site_rules", sa.column("site_id"), sa.column("rule"), sa.column("mode"), sa.column("options")
)
_MAX_LINKS = 3


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "site_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=100), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=True),
        sa.Column("options", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_rules_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_rules")),
        sa.UniqueConstraint("site_id", "rule", name=op.f("uq_site_rules_site_id_rule")),
    )
    op.create_table(
        "sketches",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_sketches_comment_id")),
        sa.PrimaryKeyConstraint("number", "comment_id", name=op.f("pk_sketches")),
        sqlite_with_rowid=False,
    )
    op.add_column("comments", sa.Column("form_honeypot", sa.String(length=2000), nullable=True))
    op.add_column("comments", sa.Column("form_seconds", sa.Double(), nullable=True))
    op.add_column("comments", sa.Column("author_range", sa.String(length=50), nullable=True))
    op.drop_index("ix_comments_copies", "comments")
    op.drop_index("ix_comments_author", "comments")
    op.create_index("ix_comments_copies", "comments", ["text_hash", "id"])
    op.create_index("ix_comments_author", "comments", ["site_id", "author_key", "id"])
    op.create_index("ix_comments_range", "comments", ["site_id", "author_range", "id"])

    _carry_choices_over()
    with op.batch_alter_table("sites") as sites:
        sites.add_column(
            sa.Column("languages", sa.String(length=200), nullable=False, server_default="en")
        )
        sites.drop_column("max_links")
        sites.drop_column("hold_first_time_authors")
    with op.batch_alter_table("sites") as sites:
        sites.alter_column("languages", server_default=None)


def downgrade() -> None:
    """Go back; what was set for other rules is lost, and so are the languages."""
    with op.batch_alter_table("sites") as sites:
        sites.add_column(
            sa.Column("max_links", sa.Integer(), nullable=False, server_default=str(_MAX_LINKS))
        )
        sites.add_column(
            sa.Column("hold_first_time_authors", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        sites.drop_column("languages")
    _carry_settings_back()
    with op.batch_alter_table("sites") as sites:
        sites.alter_column("max_links", server_default=None)
        sites.alter_column("hold_first_time_authors", server_default=None)

    op.drop_index("ix_comments_range", "comments")
    op.drop_index("ix_comments_author", "comments")
    op.drop_index("ix_comments_copies", "comments")
    with op.batch_alter_table("comments") as comments:
        comments.drop_column("author_range")
        comments.drop_column("form_seconds")
        comments.drop_column("form_honeypot")
    op.create_index("ix_comments_author", "comments", ["site_id", "author_key"])
    op.create_index("ix_comments_copies", "comments", ["site_id", "text_hash"])
    op.drop_table("sketches")
    op.drop_table("site_rules")


def _carry_choices_over() -> None:
    connection = op.get_bind()
    settings = []
    for site in connection.execute(sa.select(_sites)):
        if site.max_links == 0:
            settings.append(
                {"site_id": site.id, "rule": "too_many_links", "mode": "off", "options": "{}"}
            )
        elif site.max_links != _MAX_LINKS:
            options = json.dumps({"at_least": site.max_links})
            settings.append(
                {"site_id": site.id, "rule": "too_many_links", "mode": None, "options": options}
            )
        if site.hold_first_time_authors:
            settings.append(
                {"site_id": site.id, "rule": "first_time_author", "mode": "live", "options": "{}"}
            )
    if settings:
        connection.execute(sa.insert(_rules), settings)


def _carry_settings_back() -> None:
    connection = op.get_bind()
    for setting in connection.execute(sa.select(_rules)):
        site = sa.update(_sites).where(_sites.c.id == setting.site_id)
        if setting.rule == "too_many_links":
            # There was no trial then. A rule that was on trial stopped nobody, and is off.
            off = setting.mode in {"off", "log-only"}
            at_least = 0 if off else json.loads(setting.options).get("at_least", _MAX_LINKS)
            connection.execute(site.values(max_links=at_least))
        if setting.rule == "first_time_author":
            connection.execute(site.values(hold_first_time_authors=setting.mode == "live"))
