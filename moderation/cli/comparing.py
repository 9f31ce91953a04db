"""Show what the gate found of a model."""

from rich import box
from rich.table import Table

from moderation.classifier.gate import Report, sentences


def table(report: Report) -> Table:
    """Write down every check."""
    found = Table(box=box.SIMPLE_HEAD)
    found.add_column("on")
    found.add_column("check")
    for heading in (report.serving.name, report.candidate.name, "difference", "most likely", "allowed"):
        found.add_column(heading, justify="right", no_wrap=True)
    found.add_column("found")
    for check in report.checks:
        if check.serving is None or check.candidate is None:
            continue
        found.add_row(
            check.about,
            check.title,
            sentences.value(check, check.serving),
            sentences.value(check, check.candidate),
            sentences.difference(check, check.candidate - check.serving),
            sentences.between(check),
            sentences.allowed(check),
            check.finding.value,
        )
    return found


def in_words(name: str, report: Report | None) -> str:
    """Say what the gate found, or how to ask it."""
    if report is None:
        return f"It was never compared with another model: moderation models compare {name}"
    return f"Compared on {report.compared_at:%d %B %Y}: {report.says}"
