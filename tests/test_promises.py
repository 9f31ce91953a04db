"""What the tables promise is proved by tests that there are."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "docs" / "promises.md", ROOT / "docs" / "security.md"]
NAMED = re.compile(r"tests/[\w/]+\.py(?:::\w+)*")


def names_in(file: Path) -> set[str]:
    """The names of a file's tests, and of their classes, as pytest writes them."""
    found = set()
    for one in ast.parse(file.read_text("utf-8")).body:
        if isinstance(one, ast.FunctionDef):
            found.add(one.name)
        if isinstance(one, ast.ClassDef):
            methods = {inner.name for inner in one.body if isinstance(inner, ast.FunctionDef)}
            found |= {one.name, *(f"{one.name}::{name}" for name in methods)}
    return {name for name in found if name.rpartition("::")[2].lower().startswith("test")}


def is_there(named: str) -> bool:
    file, _, test = named.partition("::")
    return (ROOT / file).is_file() and (not test or test in names_in(ROOT / file))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_a_table_names_is_there(page):
    named = set(NAMED.findall(page.read_text("utf-8")))

    assert len(named) > 30
    assert sorted(one for one in named if not is_there(one)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "tests/test_promises.py::test_what_there_is_not",
        "tests/test_promises.py::is_there",
        "tests/test_nothing.py",
        "tests/test_sending.py::TestSender::test_the_signature_is_that_of_standard_webhooks",
    ],
)
def test_what_is_not_there_would_be_found(wrong):
    assert not is_there(wrong)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_row_has_a_proof(page):
    """A test, a command, or who must see to it; but for what is said not to be promised."""
    promised, _, _ = page.read_text("utf-8").partition("\n## Not ")
    rows = [line for line in promised.splitlines() if line.startswith("| ") and "---" not in line]
    without = [row for row in rows if not re.search(r"`(tests/|make |tools/)|operator|proof \|$", row)]

    assert len(rows) > 20
    assert without == []


def test_the_requirements_that_apply_are_all_there():
    """ASVS 5.0, level 2; what the table says in ranges, it says of all of them."""
    text = (ROOT / "docs" / "security.md").read_text("utf-8")
    first = [row.split("|")[1] for row in text.splitlines() if re.match(r"\| \d", row)]
    said = {number for cell in first for number in numbers(cell)}
    assert sorted(set(numbers(APPLIES)) - said, key=in_order) == []


APPLIES = """
1.1.1-2, 1.2.1-5, 1.2.9, 1.3.2-3, 1.3.6-7, 1.3.10, 1.5.1-2, 2.1.1-3, 2.2.1-3, 2.3.1-4, 2.4.1,
3.2.1-2, 3.3.1-4, 3.4.1-6, 3.5.1-3, 3.7.1-2, 4.1.1-3, 4.2.1, 5.1.1, 5.2.1-3, 5.3.1-2, 5.4.1-2,
6.1.1, 6.2.1-12, 6.3.1-4, 6.4.1-3, 6.5.1-5, 7.1.1-2, 7.2.1-4, 7.3.1-2, 7.4.1-5, 7.5.1-2,
8.1.1-2, 8.2.1-3, 8.3.1, 8.4.1, 11.2.1-3, 11.4.1-4, 11.5.1, 12.1.1-2, 12.2.1-2, 12.3.1-4,
13.2.3-5, 13.3.1-2, 13.4.1-5, 14.2.1, 14.3.1-2, 15.1.1-3, 15.2.1-3, 15.3.1-7,
16.1.1, 16.2.1-5, 16.3.1-4, 16.4.1-3, 16.5.1-3
"""


def numbers(listed: str) -> list[str]:
    """Read 1.2.3-5 as 1.2.3, 1.2.4 and 1.2.5."""
    found = []
    for chapter, first, last in re.findall(r"(\d+\.\d+)\.(\d+)(?:-(\d+))?", listed):
        found += [f"{chapter}.{number}" for number in range(int(first), int(last or first) + 1)]
    return found


def in_order(number: str) -> list[int]:
    return [int(part) for part in number.split(".")]
