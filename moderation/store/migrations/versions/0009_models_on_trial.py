"""What a model on trial says of comments, beside the verdicts; and since when it does.

Going back, no model is on trial any more, and what such models said is gone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "shadow_verdicts",
        sa.Column("comment_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comments.id"],
            name=op.f("fk_shadow_verdicts_comment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_shadow_verdicts")),
    )
    op.add_column("model_groups", sa.Column("shadow_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.execute("UPDATE model_groups SET shadow = NULL")
    with op.batch_alter_table("model_groups") as groups:
        groups.drop_column("shadow_since")
    op.drop_table("shadow_verdicts")
