"""Say what was found, for people who never heard of the figures."""

from collections.abc import Sequence

import msgspec

from moderation.classifier.gate.report import Check, Finding

_IN_SHORT = {
    Finding.BETTER: "Shown to be better.",
    Finding.EQUAL: "No worse than allowed.",
    Finding.WORSE: "Worse than allowed.",
    Finding.UNKNOWN: "It cannot be told: too few comments, or too much chance in them.",
}
_MOST_NAMED = 3


def told(check: Check) -> Check:
    """Write into a check what it says."""
    return msgspec.structs.replace(check, says=_says(check))


def summary(finding: Finding, checks: Sequence[Check], *, candidate: str, serving: str) -> str:
    """Say what all checks together show, and by which of them."""
    if finding is Finding.WORSE:
        return (
            f"{candidate} is worse than {serving} by more than is allowed: "
            f"{grounds(checks, Finding.WORSE)}."
        )
    if finding is Finding.BETTER:
        return (
            f"{candidate} is better than {serving}, and nowhere worse than allowed: "
            f"{grounds(checks, Finding.BETTER)}."
        )
    if finding is Finding.EQUAL:
        return f"{candidate} is about as good as {serving}, and nowhere worse than allowed."
    return (
        f"Nothing shows that {candidate} is worse than {serving} by more than is allowed, and there are "
        "too few decisions, or there is too much chance in them, to show that it is not."
    )


def grounds(checks: Sequence[Check], finding: Finding) -> str:
    """List the checks of which that was found, the largest beside its margin first."""
    found = sorted(
        (check for check in checks if check.finding is finding),
        key=lambda one: -abs(one.gain or 0.0) / one.margin,
    )
    listed = [f"{ground(check)} ({check.about})" for check in found[:_MOST_NAMED]]
    if len(found) > _MOST_NAMED:
        listed.append(f"and {len(found) - _MOST_NAMED} more")
    return "; ".join(listed)


def ground(check: Check) -> str:
    """Say what a check found in a few words."""
    return f"{check.title[:1].lower()}{check.title[1:]}: {_change(check)}"


def value(check: Check, figure: float | None) -> str:
    """Write a figure of a check."""
    if figure is None:
        return "–"
    return f"{figure:.1%}" if check.is_share else f"{figure:.3f}"


def difference(check: Check, figure: float) -> str:
    """Write a difference between two figures of a check, with its sign."""
    digits = f"{100 * figure:+.1f}" if check.is_share else f"{figure:+.3f}"
    # What rounds to nothing has no sign.
    return digits.lstrip("+-") if not any(one in "123456789" for one in digits) else _minus(digits)


def between(check: Check) -> str:
    """Write the interval of the difference."""
    if check.low is None or check.high is None:
        return "–"
    return f"{difference(check, check.low)} to {difference(check, check.high)}"


def allowed(check: Check) -> str:
    """Write the largest difference that is allowed."""
    return difference(check, -check.margin if check.more_is_better else check.margin)


def _says(check: Check) -> str:
    if check.serving is None or check.candidate is None:
        return "There was nothing to measure."
    found = f"{_change(check)}, most likely {between(check)}; {allowed(check)} is allowed."
    return f"{found} {_IN_SHORT[check.finding]}"


def _change(check: Check) -> str:
    if check.serving is None or check.candidate is None:
        return "nothing to measure"
    points = " points" if check.is_share else ""
    return (
        f"{value(check, check.candidate)} instead of {value(check, check.serving)}, "
        f"{difference(check, check.candidate - check.serving)}{points}"
    )


def _minus(digits: str) -> str:
    return digits.replace("-", "−")
