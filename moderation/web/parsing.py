"""Read requests into types. What does not fit is refused with the place and the reason."""

from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from flask import request

from moderation.web.problem import Refused

# What an integer column holds; more would be refused by the database instead of by us.
LARGEST_NUMBER = 2**31 - 1

T = TypeVar("T", bound=msgspec.Struct)


def json_body(kind: type[T]) -> T:
    """Read the body as JSON of type `kind`, or refuse."""
    if not request.is_json:
        raise Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            "Send JSON with Content-Type: application/json.",
        )
    if request.content_encoding not in {None, "identity"}:
        raise Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "encoded",
            "Send the body as it is, without Content-Encoding.",
            {"Accept-Encoding": "identity"},
        )
    body = request.get_data()
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", str(error)) from None
    # Half a surrogate pair and a nesting without end are no JSON text either.
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(
            HTTPStatus.BAD_REQUEST, "broken_json", f"The body is not valid JSON: {error}"
        ) from None


def query(kind: type[T]) -> T:
    """Read the query string as `kind`, or refuse."""
    return _query(request.args.to_dict(), kind)


def filters(kind: type[T]) -> T:
    """Read the query string of a form as `kind`, or refuse; what was left blank was not asked for."""
    filled = {name: value for name, value in request.args.items() if value.strip()}
    return _query(filled, kind)


def form(kind: type[T]) -> T:
    """Read a submitted form as `kind`, or refuse. Other fields, such as the token, are left out."""
    fields = {name: value for name, value in request.form.items() if name in kind.__struct_fields__}
    read: T = field(kind, fields)
    return read


def field(kind: type[Any], given: object) -> Any:
    """Read what a submitted form holds as `kind`, or refuse."""
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalid", str(error)) from None


def _query(fields: dict[str, str], kind: type[T]) -> T:
    try:
        return msgspec.convert(fields, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", str(error)) from None
