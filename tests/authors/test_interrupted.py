"""An erasure that is killed is finished by the same command."""

import os
import signal
import subprocess
import time

import pytest
from sqlalchemy import func, select

from moderation import audit, authors, intake
from moderation.draft import Author
from moderation.store.tables import AuditEntry, Comment
from tests.conftest import at
from tests.making import draft, stored, verdict
from tests.running import MODERATION, command

SECONDS = 60


def left(database):
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Comment.author_email.is_not(None)))


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_was_erased_before_stays_erased_and_the_rest_goes_too(
    database, database_url, site, tmp_path
):
    number = 2 * authors.STEP + 20
    with database.writing() as session:
        for one in range(number):
            # Short texts have no near copies to be looked for.
            stored(session, site, f"{one:04}", text=f"No. {one}")
        session.commit()
    environment = {"MODERATION_DATABASE_URL": database_url, "MODERATION_INSTANCE": str(tmp_path)}
    words = ["authors", "erase", "--email", "ana@example.org", "--yes"]

    with database.writing() as session:
        # Somebody decides on a comment of the third step, and takes his time.
        session.scalars(
            select(Comment.id).where(Comment.external_id == f"{number - 1:04}").with_for_update()
        ).one()
        with (tmp_path / "log").open("wb") as log:
            killed = subprocess.Popen(
                [MODERATION, *words], env={**os.environ, **environment}, stdout=log, stderr=log
            )
            until = time.monotonic() + SECONDS
            while left(database) > 20 and time.monotonic() < until:
                time.sleep(0.05)
            killed.send_signal(signal.SIGKILL)
            assert killed.wait() == -signal.SIGKILL
    assert left(database) == 20

    assert "20 comments erased" in command(*words, environment=environment)

    assert left(database) == 0
    with database.reading() as session:
        noted = session.scalars(
            select(AuditEntry.details).where(AuditEntry.act == "author.erase").order_by(AuditEntry.id)
        ).all()
    assert noted == ["200 comments.", "200 comments.", "20 comments."]


def test_editions_that_do_not_name_the_author_are_not_left_behind(database, site):
    """All editions of a comment go in one transaction, since some are only found beside others."""
    with database.writing() as session:
        stored(session, site, "1")
        intake.replace(session, site, draft("1", "Edited.", author=Author()), verdict(), now=at(1))
        person = authors.by_email("ana@example.org")
        (some,) = authors.find(session, person, at_once=1).comments
        assert authors.erase(session, some, by=audit.COMMAND_LINE, now=at(2)) == 1
        assert authors.erase(session, some, by=audit.COMMAND_LINE, now=at(3)) == 0

        assert session.scalars(select(Comment.text)).all() == ["", ""]
        assert set(session.scalars(select(Comment.erased_at))) == {at(2)}
