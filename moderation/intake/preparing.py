"""Prepare what a site sends for judgement."""

from datetime import datetime

from sqlalchemy import Connection

from moderation import history
from moderation.draft import Draft
from moderation.rules import Case, History, Policy
from moderation.store.tables import Site


def case(
    connection: Connection,
    site: Site,
    draft: Draft,
    policy: Policy,
    *,
    is_edit: bool = False,
    is_cut: bool = False,
    now: datetime,
) -> Case:
    """Prepare `draft` for judgement, with what the site saw before it."""
    prepared = Case.prepare(draft, policy, History())
    seen = history.read(connection, site, prepared, is_edit=is_edit, is_cut=is_cut, now=now)
    return prepared.but(history=seen)
