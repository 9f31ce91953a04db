"""The record of who did what."""

from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from flask import Response, render_template

from moderation import audit, moderators, sites
from moderation.access import Access
from moderation.audit import Format, Wanted
from moderation.draft import NO_NUL
from moderation.store.tables import Role
from moderation.web.console.blueprint import Number, allowed, bp, frame, moderator
from moderation.web.console.wording import worded
from moderation.web.parsing import query
from moderation.web.state import state

_ROWS = 50
_MEDIA_TYPES = {Format.CSV: "text/csv", Format.JSON_LINES: "application/jsonl"}

Word = Annotated[str, msgspec.Meta(pattern=NO_NUL, max_length=200)]
# Empty where the field was left empty.
Day = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?\Z")]


class RecordQuery(msgspec.Struct, frozen=True):
    """What is looked for; a field that was left empty does not matter."""

    by: Word = ""
    act: Word = ""
    site: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{0,9}\Z")] = ""
    words: Word = ""
    since: Day = ""
    until: Day = ""
    before: Number | None = None
    format: Format = Format.CSV

    def __post_init__(self) -> None:
        """Refuse a day that there is not."""
        self.wanted()

    def wanted(self) -> Wanted:
        """Return what is looked for."""
        return Wanted(
            by=self.by,
            act=self.act,
            site_id=int(self.site) if self.site else None,
            words=self.words,
            since=date.fromisoformat(self.since) if self.since else None,
            until=date.fromisoformat(self.until) if self.until else None,
        )

    def fields(self) -> dict[str, str]:
        """Return what is looked for as fields of an address."""
        names = ("by", "act", "site", "words", "since", "until")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


@bp.get("/record")
def record() -> str:
    """Show who did what, the latest first."""
    asked = query(RecordQuery)
    with state().database.reading() as db:
        access = allowed()
        found = audit.entries(db, asked.wanted(), access=access, limit=_ROWS, before=asked.before)
        shown = [site for site in sites.every(db) if access.covers(site.id)]
        return render_template(
            "console/record.html",
            entries=found,
            asked=asked,
            older=found[-1].id if len(found) == _ROWS else None,
            acts=sorted(((worded(words), act) for act, words in audit.ACTS.items())),
            words_of={act: worded(words) for act, words in audit.ACTS.items()},
            others=_others(access, [one.name for one in moderators.every(db)]),
            sees_others=access.is_at_least(Role.ADMIN),
            sees_all=access.covers_all,
            sites=shown,
            site_names={site.id: site.name for site in shown},
            formats=list(Format),
            **frame(db),
        )


@bp.get("/record/export")
def export_record() -> Response:
    """Write what is looked for to a file."""
    asked = query(RecordQuery)
    now = datetime.now(UTC)
    access = allowed()
    database = state().database
    with database.writing() as db:
        names = {site.id: site.name for site in sites.every(db) if access.covers(site.id)}
        audit.note(db, moderator(), "record.export", f"record as {asked.format}", now=now)
        db.commit()
    lines = audit.exported(
        database.reading, asked.wanted(), asked.format, access=access, site_names=names
    )
    file = f"record-{now:%Y-%m-%d}.{asked.format}"
    return Response(
        lines,
        content_type=f"{_MEDIA_TYPES[asked.format]}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )


def _others(access: Access, names: list[str]) -> list[str]:
    """Return whom a moderator may choose among: others are for admins of every site."""
    if not (access.is_at_least(Role.ADMIN) and access.covers_all):
        return []
    return [*names, audit.COMMAND_LINE, audit.SOMEBODY, audit.SINGLE_SIGN_ON]
