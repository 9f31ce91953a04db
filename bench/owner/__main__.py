"""`make bench-owner`: what learning from a moderator's decisions brings, and what it withstands."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import report
from bench.ours import classifier
from bench.owner import stream
from bench.owner.bars import bars
from bench.owner.base import base
from bench.owner.draws import FEW, draw
from bench.owner.measuring import Known, measure
from bench.owner.page import Findings, page, picture
from bench.owner.poison import poisoned
from bench.owner.promises import promises
from bench.owner.steps import RIPE, steps
from moderation.classifier.counting import Progress
from moderation.progress import progress

_DRAWN = (FEW, 4 * FEW, RIPE)


def main() -> None:
    """Measure, and print what was found, or write docs/benchmarks/learning.md and learning.svg."""
    asked = _arguments()
    with progress() as tell, _cache(asked.cache) as cache:
        found = _findings(asked.corpus, cache, asked.draws, tell)
    lines = page(found, asked.corpus)
    if asked.write:
        report.write("learning", lines, picture(found))
    else:
        sys.stdout.write("\n".join([*lines, ""]))
    sys.exit(not all(one.is_met for one in found.bars))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.owner", description=__doc__)
    parser.add_argument(
        "--corpus", type=Path, required=True, help="folder of public data; see models/README.md"
    )
    parser.add_argument(
        "--draws", type=int, default=10, help="how often to begin anew [default: %(default)s]"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        help="folder to keep the base in; training it takes minutes [default: none]",
    )
    parser.add_argument(
        "--write", action="store_true", help="write docs/benchmarks/learning.md and learning.svg"
    )
    return parser.parse_args()


@contextmanager
def _cache(asked: Path | None) -> Iterator[Path]:
    if asked:
        asked.mkdir(parents=True, exist_ok=True)
        yield asked
    else:
        with tempfile.TemporaryDirectory(prefix="bench-owner-") as folder:
            yield Path(folder)


def _findings(corpus: Path, cache: Path, draws: int, tell: Progress) -> Findings:
    passing = stream.read(corpus)
    before = base(corpus, passing.fingerprints, cache, tell)
    known = Known.of(passing.held_out)
    grown = steps(passing, before, known, tell)
    drawn = [draw(passing, before, known, tell, decisions=size, draws=draws) for size in _DRAWN]
    kept = promises(grown[-1].measured.likely, known.bad, tell)
    spoilt = poisoned(passing, before, known, tell)
    return Findings(
        stream=passing,
        steps=grown,
        shipped=measure(classifier(), known),
        draws=drawn,
        promises=kept,
        poisoned=spoilt,
        bars=bars(grown, drawn[0], kept, spoilt),
    )


if __name__ == "__main__":
    report.run(main)
