"""The programs on the page about Perspective do what the page says."""

import csv
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import KEY, listening
from tests.web.test_perspective import GERMAN, prepared

PAGE = Path(__file__).parents[2] / "docs" / "perspective.md"

SCORED = [
    ("You are a worthless idiot, nobody wants you here.", 0.95),
    ("What kind of idiot name is foo?", 0.85),
    ("That was a rather stupid thing to say, ana.", 0.6),
    ("I cannot agree with a word of this article.", 0.2),
    ("Thank you, that was a lovely article and I learnt a lot from it.", 0.02),
    (GERMAN, 0.02),
]


def program(start: str) -> str:
    """The program on the page that begins so."""
    (found,) = re.findall(rf"```python\n({re.escape(start)}.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return found


def run(folder: Path, source: str, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "program.py").write_text(source, "utf-8")
    return subprocess.run(
        [sys.executable, "program.py", *words], cwd=folder, capture_output=True, text=True, check=True
    )


def test_the_sample_for_python_prints_scores(tmp_path):
    with listening(prepared(tmp_path)) as address:
        source = program("from googleapiclient").replace("https://moderation.example.org", address)
        done = run(tmp_path, source.replace("YOUR SITE'S KEY", KEY))

    assert "'TOXICITY': {'spanScores'" in done.stdout


def test_scores_can_be_compared(tmp_path):
    with (tmp_path / "comments.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "score"), *SCORED])
    with listening(prepared(tmp_path)) as address:
        done = run(tmp_path, program('"""Compare scores'), "comments.csv", "TOXICITY", address, KEY)

    first, *rest = done.stdout.splitlines()
    assert first.startswith("rank correlation of 5 comments: ")
    assert float(first.rpartition(" ")[2]) > 0.8
    assert [line.partition(" comments")[0] for line in rest] == [
        "0.5 there holds 3",
        "0.7 there holds 2",
        "0.8 there holds 2",
        "0.9 there holds 1",
    ]
    assert "left out: Attribute TOXICITY does not support request languages: de" in done.stderr
