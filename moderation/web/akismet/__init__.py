"""The dialect of Akismet's clients, at the addresses that they have built in.

`form` reads a request into fields, `drafts` makes a draft of them, `answers` says what became of it;
`fixed` holds the answers that tests are promised, and `plugin` what is peculiar to WordPress.

Clients keep or publish a comment by the body alone, and the plugin finds the comment that an answer
is about by its X-akismet-guid. So every answer carries one, and what goes wrong is said with a body
and a status that keep the comment back.
"""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import structlog
from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from moderation import sites
from moderation.figures import counts
from moderation.limits import TooMany
from moderation.store.tables import RejectionReason, Site
from moderation.verdict import Action, is_blatant
from moderation.web import judging
from moderation.web.akismet import answers, drafts, fixed, form, plugin
from moderation.web.errors import log_failure
from moderation.web.state import state

log = structlog.get_logger()

bp = Blueprint("akismet", __name__)

_CHECK = "/1.1/comment-check"
_METHODS = ["GET", "POST"]
_ANY_METHOD = [*_METHODS, "PUT", "PATCH", "DELETE"]

_MONTH = re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])")
_NUMBER = re.compile(r"[0-9]{1,9}")
_MOST_SITES = 500


@bp.before_app_request
def name_the_check() -> Response | None:
    """Give the answer to a check its id before any work that can fail."""
    if not request.path.startswith(_CHECK):
        return None
    g.akismet_guid = uuid4().hex
    return answers.trouble() if request.routing_exception else None


@bp.after_app_request
def tell_the_guid(response: Response) -> Response:
    """Add the id to whatever is answered to a check."""
    if "akismet_guid" in g:
        response.headers["X-akismet-guid"] = g.akismet_guid
    return response


@bp.errorhandler(Exception)
def failed(error: Exception) -> Response:
    """Have the comment kept back, whatever went wrong."""
    if isinstance(error, RequestEntityTooLarge):
        log.warning("body_too_large", bytes=request.content_length)
    elif not isinstance(error, HTTPException | TooMany):
        log_failure(error)
    return answers.trouble()


@bp.route("/1.1/verify-key", methods=_METHODS)
def verify_key() -> Response:
    """Say whether a key is one of ours."""
    return answers.plain("valid") if _account(form.read()) else _unknown_key()


@bp.route(_CHECK, methods=_METHODS)
def comment_check() -> Response:
    """Judge a comment and store it, and say whether it is spam."""
    fields = form.read()
    site = _site(fields)
    if site is None:
        return _unknown_key()
    if name := drafts.missing(fields):
        return answers.refusal(f'Empty "{name}" value')
    version = plugin.version(request.user_agent.string)
    promised = fixed.answer(fields)
    if promised:
        return answers.judged(
            promised, is_blatant=fixed.discards(fields), version=version, will_be_told=False
        )
    is_recheck = bool(fields.get("recheck_reason", "").strip())
    draft, is_cut = drafts.receive(
        fields, g.akismet_guid, spelling=_spelling(version, is_recheck=is_recheck)
    )
    # A pingback is asked about before WordPress fetches it, and is checked in full when it comes.
    if _is_test(fields) or fixed.says_yes(fields, "akismet_pre_check"):
        verdict = judging.assess(site, draft, is_cut=is_cut)
        return answers.judged(
            verdict.action, is_blatant=is_blatant(verdict), version=version, will_be_told=False
        )
    comment = judging.check(
        site,
        draft,
        is_cut=is_cut,
        is_recheck=is_recheck,
        plugin=_plugin(site, fields),
    )
    g.akismet_guid = drafts.guid(comment) or g.akismet_guid
    return answers.judged(
        comment.outcome,
        is_blatant=is_blatant(comment.verdict.value()),
        version=version,
        # A recheck looks at the body alone: it would publish at once what it is told to wait for.
        will_be_told=bool(comment.akismet_callback) and not is_recheck,
    )


@bp.route("/1.1/submit-spam", methods=_METHODS)
def submit_spam() -> Response:
    """Take somebody's word that a comment is spam."""
    return _reported(Action.REJECT, RejectionReason.SPAM)


@bp.route("/1.1/submit-ham", methods=_METHODS)
def submit_ham() -> Response:
    """Take somebody's word that a comment is none."""
    return _reported(Action.APPROVE, None)


@bp.route("/1.1/get-subscription", methods=_METHODS)
def get_subscription() -> Response:
    """Say what WordPress must hear before it keeps a key."""
    site = _account(form.read())
    return answers.subscription(site) if site else _unknown_key()


@bp.route("/1.1/get-stats", methods=_METHODS)
def get_stats() -> Response:
    """Say what became of the site's comments: of the last 6 months, the last 60 days, or all."""
    fields = form.read()
    site = _account(fields)
    if site is None:
        return _unknown_key()
    now = datetime.now(UTC)
    with state().database.reading() as session:
        match fields.get("from"):
            case "60-days":
                periods = counts.of_days(session, site, since=now - timedelta(days=60))
            case "all":
                periods = counts.of_months(session, site)
            case _:
                periods = counts.of_months(session, site, since=_month_start(now.year, now.month - 5))
    return answers.stats(periods)


@bp.route("/1.1/test", methods=_METHODS)
def test() -> Response:
    """Say that we can be reached."""
    return answers.plain("connected")


@bp.route("/1.1/deactivate", methods=_METHODS)
def deactivate() -> Response:
    """Take note that the plugin was switched off; its key stays good."""
    return answers.plain("deactivated") if _account(form.read()) else _unknown_key()


@bp.route("/1.1/token", methods=_METHODS)
def token() -> Response:
    """Give a word for links to Akismet's own pages, which open nothing of ours."""
    return answers.plain("self-hosted") if _site(form.read()) else _unknown_key()


@bp.route("/1.1/verify-wpcom-key", methods=_METHODS)
def verify_wpcom_key() -> Response:
    """Know nobody by an account at WordPress.com."""
    return _unknown_key()


@bp.route("/1.2/usage-limit", methods=_METHODS)
def usage_limit() -> Response:
    """Say how much was asked this month; there is no limit."""
    site = _site(form.read())
    if site is None:
        return _unknown_key()
    now = datetime.now(UTC)
    with state().database.reading() as session:
        months = counts.of_months(session, site, since=_month_start(now.year, now.month))
    return answers.usage(sum(month.checked for month in months.values()))


@bp.route("/1.2/key-sites", methods=_METHODS)
def key_sites() -> Response:
    """Say how the key was used in a month, as JSON or as CSV. A key is one site's."""
    fields = form.read()
    site = _site(fields)
    if site is None:
        return _unknown_key()
    now = datetime.now(UTC)
    found = _MONTH.fullmatch(fields.get("month", ""))
    year, number = (int(found[1]), int(found[2])) if found else (now.year, now.month)
    month = f"{year:04}-{number:02}"
    with state().database.reading() as session:
        used = counts.of_months(
            session, site, since=_month_start(year, number), before=_month_start(year, number + 1)
        )
    name = sites.host(site.url) or site.name
    is_wanted = fields.get("filter", "").strip().lower() in name
    rows = {name: used[month]} if is_wanted and month in used else {}
    limit = _number(fields.get("limit", ""), _MOST_SITES)
    offset = _number(fields.get("offset", ""), 0)
    if fields.get("format") == "csv":
        return answers.key_sites_csv(_key(fields), month, rows, limit, offset)
    return answers.key_sites(month, rows, limit, offset)


@bp.route("/1.2/compatible-plugins", methods=_METHODS)
def compatible_plugins() -> Response:
    """Name no plugins."""
    return answers.compatible_plugins()


@bp.route("/1.1/", methods=_ANY_METHOD)
@bp.route("/1.2/", methods=_ANY_METHOD)
@bp.route("/1.1/<path:_rest>", methods=_ANY_METHOD)
@bp.route("/1.2/<path:_rest>", methods=_ANY_METHOD)
def unknown(_rest: str = "") -> Response:
    """Say that there is nothing here."""
    return answers.plain("invalid", status=404)


def _reported(action: Action, reason: RejectionReason | None) -> Response:
    fields = form.read()
    site = _site(fields)
    if site is None:
        return _unknown_key()
    if name := drafts.missing(fields):
        return answers.refusal(f'Empty "{name}" value')
    if not _is_test(fields):
        draft, is_cut = drafts.receive(fields, uuid4().hex)
        judging.report(site, draft, drafts.reporter(fields), action, reason, is_cut=is_cut)
    return answers.plain(answers.THANKS)


def _site(fields: dict[str, str]) -> Site | None:
    return _by_key(_key(fields))


def _account(fields: dict[str, str]) -> Site | None:
    """The site of the key that a call is about, which need not be the one that the client keeps."""
    return _by_key(form.key(fields, "key", "api_key"))


def _key(fields: dict[str, str]) -> str:
    return form.key(fields, "api_key", "key")


def _by_key(key: str) -> Site | None:
    with state().database.looking_up() as connection:
        return state().keys.site(connection, key)


def _unknown_key() -> Response:
    return answers.refusal("unknown key")


def _is_test(fields: dict[str, str]) -> bool:
    return fixed.says_yes(fields, "is_test")


def _spelling(version: plugin.Version | None, *, is_recheck: bool) -> drafts.Spelling:
    """Say how to read what a client sends as what was typed."""
    if version is None:
        return drafts.as_sent
    return plugin.as_first_sent if is_recheck else plugin.without_slashes


def _plugin(site: Site, fields: dict[str, str]) -> judging.Plugin | None:
    """Return where the plugin waits to be told, unless that is somebody else's address."""
    callback = fields.get("callback", "")
    return judging.Plugin(callback, _key(fields)) if sites.is_own_address(site, callback) else None


def _month_start(year: int, month: int) -> datetime:
    """The first moment of a month; month 0 is the last of the year before, and 13 the next."""
    years, months = divmod(month - 1, 12)
    return datetime(year + years, months + 1, 1, tzinfo=UTC)


def _number(sent: str, default: int) -> int:
    return int(sent) if _NUMBER.fullmatch(sent) else default
