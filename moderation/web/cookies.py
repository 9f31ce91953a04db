"""What cookies are called."""

from moderation.settings import Settings


def name(plain: str, settings: Settings) -> str:
    """Name a cookie so that, behind https, browsers take it from this very host alone.

    A host beside ours, or plain http, could otherwise put one of that name in its place.
    """
    return f"__Host-{plain}" if settings.secure_cookies else plain
