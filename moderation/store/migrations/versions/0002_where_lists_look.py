"""Lists say where they look and whether a match counts.

Until now terms and patterns looked at the text and domains at web addresses, and every list counted;
so existing lists go on as they did. Going back forgets what owners chose.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("site_lists") as table:
        table.add_column(sa.Column("scopes", sa.String(length=100), nullable=True))
        table.add_column(sa.Column("mode", sa.String(length=20), nullable=True))
    op.execute(
        "UPDATE site_lists SET mode = 'live', "
        "scopes = CASE kind WHEN 'domains' THEN 'url' ELSE 'text' END"
    )
    with op.batch_alter_table("site_lists") as table:
        table.alter_column("scopes", existing_type=sa.String(length=100), nullable=False)
        table.alter_column("mode", existing_type=sa.String(length=20), nullable=False)


def downgrade() -> None:
    """Drop the columns; lists of kinds that the older version does not know go with them."""
    op.execute("DELETE FROM site_lists WHERE kind NOT IN ('terms', 'domains', 'patterns')")
    with op.batch_alter_table("site_lists") as table:
        table.drop_column("scopes")
        table.drop_column("mode")
