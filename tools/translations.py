"""Bring the translations up to date: `python tools/translations.py` after a text of the pages changed.

Reads the texts of templates and views, adds what is new to the .po files and removes what is gone,
compiles them into the .mo files that the service reads, and lists what nobody has translated yet.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).parents[1] / "moderation" / "web"
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext.babel_extract")]
_OPTIONS = {"templates/**.html": {"newstyle_gettext": "true", "silent": "false"}}
_KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
# Without the moments at which something was done, which would differ after every run.
_HEADER = """msgid ""
msgstr ""
"Language: {0.locale_identifier}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {0.plural_forms}\\n"

"""


def main() -> int:
    """Bring every language up to date, and return 1 where one is not complete."""
    template = extracted()
    is_complete = True
    for path in sorted(WEB.glob("translations/*/LC_MESSAGES/messages.po")):
        catalog = read(path)
        catalog.update(template, no_fuzzy_matching=True)
        with path.open("wb") as file:
            file.write(_HEADER.format(catalog).encode())
            write_po(file, catalog, width=105, sort_output=True, ignore_obsolete=True, omit_header=True)
        with compiled(path).open("wb") as file:
            write_mo(file, catalog)
        for message in missing(catalog):
            is_complete = False
            sys.stdout.write(f"{catalog.locale}: {message}\n")
    return 0 if is_complete else 1


def extracted() -> Catalog:
    """Read the texts that templates and views translate."""
    catalog = Catalog()
    found = extract_from_dir(
        WEB, _METHODS, _OPTIONS, _KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    )
    for _file, _line, message, comments, context in found:
        # Without the places, which would change with every line that moves.
        catalog.add(message, auto_comments=comments, context=context)
    return catalog


def read(path: Path) -> Catalog:
    """Read a .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name)


def compiled(path: Path) -> Path:
    """Return where the compiled form of a .po file is."""
    return path.with_suffix(".mo")


def missing(catalog: Catalog) -> list[str]:
    """List what is not translated, or only perhaps."""
    return [str(one.id) for one in catalog if one.id and (one.fuzzy or not all(_texts(one.string)))]


def _texts(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


if __name__ == "__main__":
    sys.exit(main())
