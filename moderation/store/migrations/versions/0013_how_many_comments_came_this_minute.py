"""How many comments of each site were stored in a minute. Going back, nothing is lost but that."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "site_minutes",
        sa.Column("site_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_minutes_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_site_minutes")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("site_minutes")
