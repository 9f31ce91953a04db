"""Models are kept for every machine, and sites can have models of their own.

Until somebody promotes one, the model serves that served before: the file `serving.json` says which, or
the newest shipped one does. Going back, that file holds again, and models are where their folders are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "models",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("card_sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
        sa.UniqueConstraint("name", name=op.f("uq_models_name")),
    )
    groups = op.create_table(
        "model_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=True),
        sa.Column("previous", sa.JSON(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_by", sa.String(length=255), nullable=True),
        sa.Column("shadow", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["model"], ["models.name"], name=op.f("fk_model_groups_model")),
        sa.ForeignKeyConstraint(["shadow"], ["models.name"], name=op.f("fk_model_groups_shadow")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_groups")),
        sa.UniqueConstraint("name", name=op.f("uq_model_groups_name")),
    )
    op.bulk_insert(groups, [{"name": "default", "previous": []}])
    with op.batch_alter_table("sites") as sites:
        sites.add_column(sa.Column("model_group_id", sa.Integer(), nullable=True))
        sites.create_foreign_key(
            op.f("fk_sites_model_group_id"), "model_groups", ["model_group_id"], ["id"]
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("sites") as sites:
        sites.drop_constraint(op.f("fk_sites_model_group_id"), type_="foreignkey")
        sites.drop_column("model_group_id")
    op.drop_table("model_groups")
    op.drop_table("models")
