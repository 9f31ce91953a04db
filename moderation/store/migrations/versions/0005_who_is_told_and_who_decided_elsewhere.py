"""Sites are told of decisions, and report or bring decisions of their own.

Going back, decisions that were made elsewhere are lost: an older version knows nobody who made them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("sites", sa.Column("callback_url", sa.String(length=2000), nullable=True))
    op.add_column("sites", sa.Column("callback_secret", sa.String(length=100), nullable=True))
    op.add_column("sites", sa.Column("akismet_key", sa.String(length=128), nullable=True))
    op.add_column("comments", sa.Column("akismet_callback", sa.String(length=2000), nullable=True))
    with op.batch_alter_table("decisions") as decisions:
        decisions.add_column(sa.Column("reporter", sa.String(length=255), nullable=True))
        decisions.alter_column("moderator_id", existing_type=sa.Integer(), nullable=True)
        decisions.alter_column("position", existing_type=sa.Integer(), nullable=True)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("receiver", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_deliveries_site_id")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name=op.f("fk_deliveries_decision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("decision_id", "receiver", name=op.f("uq_deliveries_decision_id_receiver")),
    )
    op.create_index("ix_deliveries_due", "deliveries", ["due_at"])
    op.create_index("ix_deliveries_site", "deliveries", ["site_id", "id"])


def downgrade() -> None:
    """Go back; what was decided elsewhere is lost, and the outcomes stay."""
    op.drop_table("deliveries")
    op.execute(
        "UPDATE decisions SET undoes_id = NULL WHERE undoes_id IN "
        "(SELECT id FROM decisions WHERE moderator_id IS NULL)"
    )
    op.execute("DELETE FROM decisions WHERE moderator_id IS NULL")
    with op.batch_alter_table("decisions") as decisions:
        decisions.alter_column("position", existing_type=sa.Integer(), nullable=False)
        decisions.alter_column("moderator_id", existing_type=sa.Integer(), nullable=False)
        decisions.drop_column("reporter")
    with op.batch_alter_table("comments") as comments:
        comments.drop_column("akismet_callback")
    with op.batch_alter_table("sites") as sites:
        sites.drop_column("akismet_key")
        sites.drop_column("callback_secret")
        sites.drop_column("callback_url")
