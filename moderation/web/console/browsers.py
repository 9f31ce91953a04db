"""Name a browser from what it says of itself, well enough to be recognised by who uses it."""

from flask_babel import gettext as _

from moderation.web.console.blueprint import bp

# The first that occurs: most browsers name the ones that they resemble as well.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


@bp.app_template_filter()
def browser(said: str | None) -> str:
    """Name the browser and the system of a User-Agent header."""
    name = next((name for word, name in _BROWSERS.items() if word in (said or "")), None)
    system = next((name for word, name in _SYSTEMS.items() if word in (said or "")), None)
    if name and system:
        both: str = _("%(browser)s on %(system)s", browser=name, system=system)
        return both
    unknown: str = _("Unknown browser")
    return name or system or unknown
