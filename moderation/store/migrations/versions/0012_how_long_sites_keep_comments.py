"""How long a site keeps addresses and texts, and after how long a text went. Going back, all is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    # In place: the table can be the largest.
    op.add_column("comments", sa.Column("kept_days", sa.Integer(), nullable=True))
    for column in ("keep_addresses", "keep_rejected", "keep_approved"):
        op.add_column("sites", sa.Column(column, sa.Integer(), nullable=True))
    op.add_column(
        "sites",
        sa.Column("shortens_addresses", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("sites") as sites:
        for column in ("keep_addresses", "keep_rejected", "keep_approved", "shortens_addresses"):
            sites.drop_column(column)
    with op.batch_alter_table("comments") as comments:
        comments.drop_column("kept_days")
