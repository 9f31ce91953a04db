"""Say what we think in the words that Akismet clients compare, letter by letter."""

import csv
import io
from collections.abc import Mapping

import msgspec
from flask import Response

from moderation.figures.counts import Counts
from moderation.store.tables import Site
from moderation.verdict import Action
from moderation.web.akismet import plugin

THANKS = "Thanks for making the web a better place."

_SPAM, _HAM = "true", "false"
# Neither true nor false: the plugin keeps the comment back, and asks again later.
_HELD = "review"

# The plugin publishes by itself what it has heard nothing of after twice that.
_A_YEAR = 365 * 24 * 60 * 60

# About what it takes a person to read a comment and decide.
_SECONDS_SAVED = 10

_CSV_COLUMNS = (
    "Site",
    "Total API Calls",
    "Spam",
    "Ham",
    "Missed Spam",
    "False Positives",
    "Is Revoked",
)


def plain(body: str, headers: Mapping[str, str] | None = None, *, status: int = 200) -> Response:
    """Answer with exactly `body`."""
    return Response(body, status, headers, content_type="text/plain; charset=utf-8")


def refusal(why: str) -> Response:
    """Say that the call makes no sense to us: a bad key, or a field that is missing."""
    return plain("invalid", {"X-akismet-debug-help": why})


def trouble() -> Response:
    """Say that something is broken, so that the comment is kept back and sent again."""
    return plain("error", {"X-akismet-debug-help": "temporarily unavailable"})


def judged(
    action: Action, *, is_blatant: bool, version: plugin.Version | None, will_be_told: bool
) -> Response:
    """Say what is to become of a comment, to a plugin of that version or to another client.

    `will_be_told` is true where the plugin waits to be told what a person decides.
    """
    if action is Action.APPROVE:
        return plain(_HAM)
    if action is Action.REJECT:
        return plain(_SPAM, {"X-akismet-pro-tip": "discard"} if is_blatant else None)
    if version is None:
        # It cannot keep anything back; as spam, a person at the site can still find it.
        return plain(_SPAM)
    if will_be_told and version >= plugin.WAITS:
        return plain(_HAM, {"X-akismet-recheck-after": str(_A_YEAR)})
    return plain(_HELD)


def subscription(site: Site) -> Response:
    """Say that the site may use the service."""
    return _json(
        {
            "account_id": site.id,
            "account_name": site.name,
            "account_type": "self-hosted",
            "status": "active",
            "next_billing_date": False,
            "limit_reached": False,
        }
    )


def stats(periods: Mapping[str, Counts]) -> Response:
    """Say what became of the comments of each period, and of all together."""
    total = sum(periods.values(), start=Counts())
    mistakes = total.missed_spam + total.false_positives
    settled = total.spam + total.ham
    return _json(
        {
            **_shown(total),
            "accuracy": round(100 * (1 - mistakes / settled), 2) if settled else 100.0,
            "time_saved": total.without_a_person * _SECONDS_SAVED,
            "breakdown": {period: _shown(counts) for period, counts in periods.items()},
        }
    )


def usage(checked: int) -> Response:
    """Say how many comments came this month, of which there may be any number."""
    return _json({"limit": "none", "usage": checked, "percentage": "0.00", "throttled": False})


def key_sites(month: str, rows: Mapping[str, Counts], limit: int, offset: int) -> Response:
    """Say which sites used the key in a month, and how."""
    shown = [
        {
            "site": site,
            "api_calls": str(counts.checked),
            **{name: str(count) for name, count in _shown(counts).items()},
            "is_revoked": False,
        }
        for site, counts in [*rows.items()][offset : offset + limit]
    ]
    return _json({month: shown, "limit": limit, "offset": offset, "total": len(rows)})


def key_sites_csv(key: str, month: str, rows: Mapping[str, Counts], limit: int, offset: int) -> Response:
    """Say the same as `key_sites` in lines, the first of them a title."""
    title = (
        f"Active sites for {key} during {month} (limit:{limit}, offset: {offset}, total: {len(rows)})"
    )
    lines = io.StringIO()
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(_CSV_COLUMNS)
    for site, counts in [*rows.items()][offset : offset + limit]:
        table.writerow((site, counts.checked, *_shown(counts).values(), "false"))
    return plain(f"{title}\n{lines.getvalue()}")


def compatible_plugins() -> Response:
    """Say that we keep no list of other plugins."""
    return _json([])


def _shown(counts: Counts) -> dict[str, int]:
    return {
        "spam": counts.spam,
        "ham": counts.ham,
        "missed_spam": counts.missed_spam,
        "false_positives": counts.false_positives,
    }


def _json(content: object) -> Response:
    return Response(msgspec.json.encode(content), mimetype="application/json")
