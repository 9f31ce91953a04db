"""A site's ids in addresses: any text, slashes included."""

from werkzeug.routing import BaseConverter


class IdentifierConverter(BaseConverter):
    """Takes the rest of the path as it is; Flask's own `path` takes none that begins with a slash."""

    regex = "(?s:.+)"
    part_isolating = False
