"""A site whose owner chose no share of audits is checked as much as it takes, more at first than later.

Where the share is the one with which sites began, nobody can tell whether it was chosen; it is taken for
not chosen. Going back, such sites have that share again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BEGAN_WITH = 0.01
_sites = sa.table("sites", sa.column("audit_share", sa.Double()))


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("sites") as sites:
        sites.alter_column("audit_share", existing_type=sa.Double(), nullable=True)
    op.execute(_sites.update().where(_sites.c.audit_share == _BEGAN_WITH).values(audit_share=None))


def downgrade() -> None:
    """Go back."""
    op.execute(_sites.update().where(_sites.c.audit_share.is_(None)).values(audit_share=_BEGAN_WITH))
    with op.batch_alter_table("sites") as sites:
        sites.alter_column("audit_share", existing_type=sa.Double(), nullable=False)
