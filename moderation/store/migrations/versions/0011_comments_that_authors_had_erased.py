"""When a comment's author had it erased. Going back, it is a comment without a text."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    # In place: the table can be the largest.
    op.add_column("comments", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("comments") as comments:
        comments.drop_column("erased_at")
