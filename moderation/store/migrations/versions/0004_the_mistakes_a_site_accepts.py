"""A site's owner says how many mistakes he accepts. Without it, the model's own thresholds hold."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for name in ("good_lost", "bad_published"):
        op.add_column("sites", sa.Column(name, sa.Double(), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("sites") as sites:
        for name in ("bad_published", "good_lost"):
            sites.drop_column(name)
