"""Decisions that no model learns from any more, though they stay on record.

Until somebody says so, all of them teach. Going back, all of them teach again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    # Without copying the table, which can be the largest: a new column with a default is added in place.
    op.add_column(
        "decisions",
        sa.Column("is_forgotten", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("decisions") as decisions:
        decisions.drop_column("is_forgotten")
