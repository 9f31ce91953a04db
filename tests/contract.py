"""Let Schemathesis try every operation of the API, and see whether it does what its document says.

`python -m tests.contract --examples 2000 [--postgresql]` starts a service as it ships and sends it what
the document allows, what it forbids, and what follows from earlier answers. Every check of Schemathesis
must pass, and the service must log no failure of its own.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from bench.postgresql import postgresql
from moderation import review
from moderation.store import Database
from moderation.store.tables import RejectionReason, Role, Site
from moderation.verdict import Action
from tests.conftest import KEY, add_moderator
from tests.durability import served
from tests.making import stored

_SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
_SERVER_ERROR = 500


@dataclass
class Found:
    """What Schemathesis tried, and what it found."""

    # All operations, and those that were tried; test cases.
    operations: int
    tried: int
    cases: int
    seconds: float
    # What failed, each with the operations that it failed on; what could not be tried.
    failures: list[str]
    errors: list[str]
    # What the service logged of requests that it answered with 5xx.
    server_errors: list[str]
    # What Schemathesis said to people.
    said: str

    @property
    def is_kept(self) -> bool:
        """Whether all was tried, and all was well."""
        is_clean = not (self.failures or self.errors or self.server_errors)
        return is_clean and 0 < self.tried == self.operations


def decide(database: Database) -> None:
    """Store comments of the one site and decide on them, so that there are decisions to be heard."""
    ana = add_moderator(database, "ana", Role.MODERATOR)
    now = datetime.now(UTC)
    with database.writing() as session:
        site = session.scalars(select(Site)).one()
        for number, (action, reason) in enumerate(
            [(Action.APPROVE, None), *((Action.REJECT, reason) for reason in RejectionReason)]
        ):
            comment = stored(session, site, str(number), now=now)
            decision = review.decide(session, comment.id, ana, action, reason, seen=0, now=now)
        review.undo(session, decision.id, ana, now=now)
        session.commit()


def attempt(address: str, folder: Path, *, examples: int, seed: int | None = None) -> Found:
    """Let Schemathesis try the API at `address`, and put its report into `folder`.

    `seed` makes it try the same each time.
    """
    report = folder / "contract.json"
    done = subprocess.run(
        [
            *(_SCHEMATHESIS, "run", f"{address}/api/openapi.json", "--no-color"),
            *("--header", f"Authorization: Bearer {KEY}"),
            *("--checks", "all", "--mode", "all", "--max-examples", str(examples)),
            *("--phases", "examples,coverage,fuzzing,stateful"),
            *("--continue-on-failure", "--generation-database", "none"),
            *("--report", "json", "--report-json-path", report),
            *([] if seed is None else ["--seed", str(seed)]),
        ],
        # Where no settings of Schemathesis lie.
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    # It lies there from the start, and is written at the end.
    if not (written := report.read_text() if report.exists() else ""):
        raise RuntimeError(done.stdout + done.stderr)
    told = json.loads(written)
    return Found(
        operations=told["operations"]["total"],
        tried=told["operations"]["tested"],
        cases=told["test_cases"]["generated"],
        seconds=told["running_time"],
        failures=[f"{one['title']}: {', '.join(one['operations'])}" for one in told["failures"]],
        errors=[str(one) for one in told["errors"]] + ([] if told["complete"] else ["not complete"]),
        server_errors=[],
        said=done.stdout,
    )


def server_errors(log: Path) -> list[str]:
    """Return the lines of a service's log that tell of answers with 5xx."""
    return [
        line
        for line in log.read_text().splitlines()
        if line.startswith("{") and json.loads(line).get("status", 0) >= _SERVER_ERROR
    ]


def main() -> int:
    """Try it, say what was found, and return 1 where the contract was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract", description=__doc__)
    parser.add_argument(
        "--examples", type=int, default=2_000, help="an operation [default: %(default)s]"
    )
    parser.add_argument("--seed", type=int, help="to try the same again")
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="contract-") as place, ExitStack() as until_the_end:
        folder = Path(place)
        url = f"sqlite:///{folder / 'moderation.db'}"
        if asked.postgresql:
            url = until_the_end.enter_context(postgresql())("contract")
        port = until_the_end.enter_context(served(folder, url))
        database = Database(url)
        decide(database)
        database.close()
        found = attempt(f"http://127.0.0.1:{port}", folder, examples=asked.examples, seed=asked.seed)
        found.server_errors = server_errors(folder / "log")
    if not found.is_kept:
        sys.stdout.write(found.said)
    failed = f"Answered with 5xx: {len(found.server_errors):,}.\n"
    sys.stdout.write(
        f"{found.tried} of {found.operations} operations, {asked.examples:,} examples each at most: "
        f"{found.cases:,} requests in {found.seconds:,.0f} s.\n"
        f"Broken: {'; '.join(found.failures) or 'nothing'}."
        f" Not tried: {'; '.join(found.errors) or 'nothing'}. {failed}"
        + "".join(found.server_errors[:10])
    )
    return not found.is_kept


if __name__ == "__main__":
    sys.exit(main())
