"""What the gate found of a model, as the pages show it."""

from dataclasses import dataclass
from pathlib import Path

from moderation.classifier import gate
from moderation.classifier.gate.bars import EVEN_AT, MARGIN_AT, Bar, bar
from moderation.classifier.gate.report import Check, Finding, Report
from moderation.classifier.storage import ModelDamaged
from moderation.verdict import Action

ACTIONS = tuple(Action)


@dataclass(frozen=True, slots=True)
class Gate:
    """A model's report, or why there is none."""

    report: Report | None
    problem: str | None = None

    # Where the bars of all checks have their lines.
    margin_at = MARGIN_AT
    even_at = EVEN_AT

    @property
    def objection(self) -> str:
        """Say for the record why the model should not serve without a second thought, or nothing."""
        if self.report is None:
            return "The gate was not asked about it."
        return "" if self.report.passes else "It did not pass the gate."

    @property
    def rows(self) -> list[tuple[Check, Bar | None]]:
        """The checks of which something was found, and how each is drawn."""
        checks = self.report.checks if self.report else ()
        return [(check, bar(check)) for check in checks if check.serving is not None]

    @property
    def better(self) -> list[Check]:
        """The checks by which it is shown to be better."""
        checks = self.report.checks if self.report else ()
        return [check for check in checks if check.finding is Finding.BETTER]


def gate_of(folder: Path) -> Gate:
    """Read what the gate found of the model in a folder."""
    try:
        return Gate(gate.read(folder))
    except ModelDamaged as error:
        return Gate(None, str(error))
