"""Let pages of the origins that the operator names ask from a browser."""

from flask import Response, request

from moderation.web.state import state

_ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Goog-Api-Key",
    "Access-Control-Max-Age": "3600",
}


def allow(response: Response) -> Response:
    """Tell the browser whether the page that asks may read the answer."""
    origins = {origin.strip().rstrip("/") for origin in state().settings.cors_origins.split(",")}
    origin = request.headers.get("Origin")
    if "*" in origins:
        response.headers["Access-Control-Allow-Origin"] = "*"
    elif origins - {""}:
        response.vary.add("Origin")
        if origin not in origins:
            return response
        response.headers["Access-Control-Allow-Origin"] = origin
    else:
        return response
    if request.method == "OPTIONS":
        response.headers.update(_ALLOWED)
    return response
