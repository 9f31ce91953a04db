"""`make bench-quality`: how well ours and others tell bad from good, on the same texts."""

import argparse
import csv
import gzip
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import baseline, metrics, plot, report
from bench.contestants import CONTESTANTS, OURS, Setting
from bench.metrics import Flags, Numbers
from bench.opinions import Opinions, ask
from bench.ours import classifier
from moderation.classifier.corpus import Corpus
from moderation.classifier.model import Classifier
from moderation.progress import progress

_ERROR = 0.01


@dataclass(frozen=True, slots=True)
class Test:
    """Texts, and which of them people found toxic."""

    name: str
    texts: Sequence[str]
    bad: Flags


@dataclass(frozen=True, slots=True)
class Measures:
    """How one contestant did on one test."""

    auc: float
    interval: metrics.Interval
    average_precision: float
    calibration_error: float
    decidable: float


def main() -> None:
    """Measure, and write docs/benchmarks/quality.md and quality.svg."""
    asked = _arguments()
    tests = [*_open_tests(asked.corpus), *(_also(path) for path in asked.also)]
    texts = [text for test in tests for text in test.texts]
    with progress() as tell:
        takers = [one for one in CONTESTANTS if one.judges_quality]
        opinions = ask(takers, texts, Setting(asked.model), tell)
        if asked.with_baseline:
            opinions.scores[baseline.NAME] = baseline.train(asked.corpus, tell)(texts)
        measures = _measures(tests, opinions, tell)
    lines = _page(tests, opinions, measures, asked.corpus, classifier(asked.model))
    report.write("quality", lines, _picture(tests, measures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument(
        "--corpus", type=Path, required=True, help="folder of public data; see models/README.md"
    )
    parser.add_argument(
        "--also",
        type=Path,
        action="append",
        default=[],
        help="one more test: CSV, perhaps packed by gzip, with the columns text and toxic (0 or 1)",
    )
    parser.add_argument("--model", help="[default: the serving model]")
    parser.add_argument(
        "--with-baseline", action="store_true", help="train a plain model too; takes some minutes"
    )
    return parser.parse_args()


def _open_tests(folder: Path) -> Iterator[Test]:
    for file, rows in Corpus(folder).tests():
        name = Path(file.path).name.removesuffix(".csv.gz")
        bad = np.array([row.labels["toxicity"] for row in rows], np.bool_)
        yield Test(name, [row.text for row in rows], bad)


def _also(path: Path) -> Test:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    lines = io.StringIO(content.decode(), newline="")
    rows = [(row["text"], row["toxic"] == "1") for row in csv.DictReader(lines)]
    return Test(
        path.name.split(".", maxsplit=1)[0],
        [text for text, _ in rows],
        np.array([bad for _, bad in rows], np.bool_),
    )


def _places(tests: Sequence[Test]) -> Iterator[tuple[Test, slice]]:
    """Say where each test's texts lie among all."""
    begin = 0
    for test in tests:
        yield test, slice(begin, begin + len(test.texts))
        begin += len(test.texts)


def _measures(
    tests: Sequence[Test], opinions: Opinions, tell: Callable[[str, int, int], None]
) -> dict[str, dict[str, Measures]]:
    """Measure everybody on every test: by test, then by contestant, the best first."""
    found: dict[str, dict[str, Measures]] = {}
    total, done = len(tests) * len(opinions.scores), 0
    for test, place in _places(tests):
        here = {}
        for name, scores in opinions.scores.items():
            tell("measure", done, total)
            here[name] = _measure(scores[place], test.bad)
            done += 1
        found[test.name] = dict(sorted(here.items(), key=lambda one: one[1].auc, reverse=True))
    tell("measure", total, total)
    return found


def _measure(scores: Numbers, bad: Flags) -> Measures:
    return Measures(
        auc=metrics.auc(scores, bad),
        interval=metrics.auc_interval(scores, bad),
        average_precision=metrics.average_precision(scores, bad),
        calibration_error=metrics.calibration_error(scores, bad),
        decidable=metrics.decidable(scores, bad, error=_ERROR),
    )


def _page(
    tests: Sequence[Test],
    opinions: Opinions,
    measures: dict[str, dict[str, Measures]],
    corpus: Path,
    model: Classifier,
) -> list[str]:
    takers = [one for one in CONTESTANTS if one.judges_quality]
    present = [one for one in takers if one.name not in opinions.absent]
    return [
        *_BEGINNING.splitlines(),
        *(line for test in tests for line in _section(test, measures[test.name])),
        "## What the shipped thresholds do",
        "",
        f"{model.version} with the rules of a new site. What is not decided goes to a person.",
        "",
        *report.table(
            ("test", "decided", "good ones rejected", "toxic ones approved"),
            _consequences(tests, opinions),
        ),
        "",
        "## Who took part",
        "",
        *(f"* {one.name}: {one.what}." for one in present),
        *report.absent(takers, opinions.absent),
        *_HOW_TO_READ.splitlines(),
        *report.how_measured("bench-quality", corpus, present),
        "* [models/README.md](../../models/README.md) says where the tests come from",
    ]


_BEGINNING = """\
# Quality

How well toxic comments are told from others, beside what else can be installed and needs no server.
None of these comments is among those that our model learnt from. Of alt-profanity-check that cannot be
said: it learnt from the whole Kaggle set, and some comments of the two wikipedia tests occur in the part
of that set that we know (we leave them out when we train).

![AUC of each contestant on each open test](quality.svg)

"""

_HOW_TO_READ = """
## How to read it

* AUC: how often a toxic comment scores above another; 0.5 is chance. In brackets is where it would
  lie in 95 of 100 other samples of such comments (1,000 draws with repetition). Where two of these
  ranges overlap widely, the test does not tell the two contestants apart.
* Average precision: go down from the highest score, take the share of toxic comments so far at each
  toxic one, and average.
* Calibration error: how far what was said lies from what was so, in 15 bins. A word list's yes is
  taken for certain.
* Decidable at 1 %: the largest share of comments that two thresholds can decide while at most 1 %
  of the good ones are rejected and at most 1 % of the toxic ones approved. The thresholds are
  fitted to the test itself, for all alike: an upper bound.
* “ours, toxicity” is the classifier's score for that attribute. “ours, rejection” is the
  probability from which the verdict follows; rules and the other attributes weigh on it too.

## How it was measured

"""


def _section(test: Test, measures: dict[str, Measures]) -> list[str]:
    return [
        f"## {test.name}",
        "",
        f"{len(test.texts):,} comments, {int(test.bad.sum()):,} of them toxic.",
        "",
        *report.table(
            ("contestant", "AUC", "average precision", "calibration error", "decidable at 1 %"),
            (
                (
                    name,
                    f"{one.auc:.3f} ({one.interval.low:.3f} to {one.interval.high:.3f})",
                    f"{one.average_precision:.3f}",
                    f"{one.calibration_error:.3f}",
                    f"{one.decidable:.0%}",
                )
                for name, one in measures.items()
            ),
        ),
        "",
    ]


def _consequences(tests: Sequence[Test], opinions: Opinions) -> Iterable[Sequence[str]]:
    for test, place in _places(tests):
        found = metrics.decided(opinions.actions[OURS][place], test.bad)
        yield (
            test.name,
            f"{found.decided:.1%}",
            f"{found.good_rejected:.1%}",
            f"{found.bad_approved:.1%}",
        )


def _picture(tests: Sequence[Test], measures: dict[str, dict[str, Measures]]) -> str:
    # More kinds of marks could not be told apart.
    shown = [test.name for test in tests[: plot.KINDS]]
    names = list(measures[shown[0]])
    rows = [
        plot.Row(
            name,
            [plot.Mark(one.auc, *one.interval) for one in (measures[test][name] for test in shown)],
            is_ours=name.startswith(OURS),
        )
        for name in names
    ]
    axis = plot.Axis(
        "AUC, with the range for 95 of 100 samples (0.5 is chance)",
        0.5,
        1.0,
        (0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    )
    return plot.draw("Quality on the open tests", shown, rows, axis)


if __name__ == "__main__":
    report.run(main)
