"""Let a model serve, on behalf of commands."""

from datetime import UTC, datetime
from pathlib import Path

from moderation import audit, registry
from moderation.store import Database


def promote(
    database: Database,
    models: Path,
    name: str,
    *,
    group: str = registry.DEFAULT,
    instead_of: str | None = None,
) -> None:
    """Let the model `name` serve a group once it is proved to load; like registry.promote."""
    with database.reading() as session:
        proved = registry.prove(session, models, name)
    with database.writing() as session:
        registry.promote(
            session,
            models,
            proved,
            group=group,
            instead_of=instead_of,
            by=audit.COMMAND_LINE,
            now=datetime.now(UTC),
        )
        session.commit()
