"""The addresses of the Comment Analyzer, at the root of the service."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from moderation.web.perspective import batch, calls, cors, discovery
from moderation.web.perspective.failures import Failure
from moderation.web.state import state

_GOOGLES_HOST = "commentanalyzer.googleapis.com"

bp = Blueprint("perspective", __name__)
bp.after_request(cors.allow)


@bp.errorhandler(Exception)
def went_wrong(error: Exception) -> Response:
    """Answer with an error in Google's shape."""
    return _respond(calls.bad(error))


@bp.post("/v1alpha1/comments:analyze")
@bp.post("/v1alpha1/comments:suggestscore")
def call() -> Response:
    """Do one call. The body is JSON, whatever its media type says."""
    operation = calls.OPERATIONS[request.path]
    content = calls.perform(operation, _key(), request.get_data())
    return _respond(calls.good(content))


@bp.post("/batch")
def call_many() -> Response:
    """Do the calls that come as parts of one request."""
    content = batch.perform(request.headers.get("Content-Type", ""), request.get_data(), _key())
    return Response(content, headers={"Content-Type": batch.MEDIA_TYPE})


@bp.get("/$discovery/rest")
@bp.get("/discovery/v1/apis/commentanalyzer/v1alpha1/rest")
def discover() -> Response:
    """Tell clients where and how to ask. It needs no key."""
    if request.args.get("version", discovery.VERSION) != discovery.VERSION:
        raise Failure(f"There is only version {discovery.VERSION}.", HTTPStatus.NOT_FOUND)
    # Clients post comments to the address that they find here. What a proxy says of it could be said
    # by anybody, so that behind one the operator names the address.
    root = state().settings.public_url or _asked_at()
    return _respond(calls.good(discovery.document(f"{root.rstrip('/')}/")))


def _asked_at() -> str:
    """Return the address that the client has asked."""
    # Programs have Google's own name built in with https, which a proxy of the operator's ends.
    return f"https://{_GOOGLES_HOST}/" if request.host == _GOOGLES_HOST else request.host_url


def _key() -> str | None:
    return calls.key(request.args, request.headers)


def _respond(answer: calls.Answer) -> Response:
    return Response(answer.body, status=answer.status, headers=dict(answer.headers))
