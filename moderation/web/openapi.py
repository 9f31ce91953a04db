"""The API's OpenAPI 3.1 document, made from the types that validate."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from importlib import metadata
from inspect import cleandoc
from typing import Any, TypeVar

import msgspec
from flask import Blueprint, current_app
from werkzeug.routing import Rule

from moderation.web.problem import Problem, title

View = TypeVar("View", bound=Callable[..., Any])
Document = dict[str, Any]

# What any operation may answer with, whatever it does.
_ANY_REFUSAL = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_BODY_REFUSALS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
_REFERENCE = "#/components/schemas/{name}"


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """What the document says of one view."""

    summary: str
    body: type[msgspec.Struct] | None
    query: type[msgspec.Struct] | None
    answers: Mapping[HTTPStatus, type[msgspec.Struct]]
    refuses: tuple[HTTPStatus, ...]

    def refusals(self) -> tuple[HTTPStatus, ...]:
        """Return every status that comes with a problem."""
        invalid = (HTTPStatus.UNPROCESSABLE_ENTITY,) if self.body or self.query else ()
        return (*self.refuses, *invalid, *(_BODY_REFUSALS if self.body else ()), *_ANY_REFUSAL)

    def types(self) -> tuple[type[msgspec.Struct], ...]:
        """Return every type that the operation reads or writes."""
        read = tuple(kind for kind in (self.body, self.query) if kind)
        return (*read, *self.answers.values())


def operation(
    summary: str,
    *,
    answers: Mapping[HTTPStatus, type[msgspec.Struct]],
    body: type[msgspec.Struct] | None = None,
    query: type[msgspec.Struct] | None = None,
    refuses: tuple[HTTPStatus, ...] = (),
) -> Callable[[View], View]:
    """Describe a view for the document."""

    def describe(view: View) -> View:
        described = Operation(summary=summary, body=body, query=query, answers=answers, refuses=refuses)
        vars(view)["operation"] = described
        return view

    return describe


def document(blueprint: Blueprint) -> Document:
    """Describe every view of `blueprint` that says what it does."""
    described = [
        (rule, view, vars(view)["operation"])
        for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule)
        if rule.endpoint.startswith(f"{blueprint.name}.")
        and "operation" in vars(view := current_app.view_functions[rule.endpoint])
    ]
    kinds = {Problem, *(kind for _, _, one in described for kind in one.types())}
    ordered = sorted(kinds, key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template=_REFERENCE)
    paths: dict[str, Document] = {}
    for rule, view, one in described:
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(_path(rule), {})[method.lower()] = _operation(rule, view, one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Comment moderation",
            "version": metadata.version("comment-moderation"),
            "description": "Submit comments for judgement; hear what the machine and people decided.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"siteKey": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "siteKey": {"type": "http", "scheme": "bearer", "description": "The site's key."}
            },
            # The query's fields stand as parameters where they are used.
            "schemas": {
                name: schema
                for name, schema in sorted(schemas.items())
                if name not in {one.query.__name__ for _, _, one in described if one.query}
            },
        },
    }


def _operation(rule: Rule, view: Callable[..., Any], one: Operation, schemas: Document) -> Document:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in sorted(rule.arguments)
    ]
    if one.query:
        for name, schema in schemas[one.query.__name__]["properties"].items():
            parameters.append({"name": name, "in": "query", "required": False, "schema": schema})
    described: Document = {
        "operationId": view.__name__,
        "summary": one.summary,
        "description": cleandoc(view.__doc__ or ""),
        "responses": {
            **{str(int(status)): _answer(status, kind) for status, kind in one.answers.items()},
            **{str(int(status)): _refusal(status) for status in sorted(one.refusals())},
        },
    }
    if parameters:
        described["parameters"] = parameters
    if one.body:
        described["requestBody"] = {"required": True, "content": _content("application/json", one.body)}
    return described


def _answer(status: HTTPStatus, kind: type[msgspec.Struct]) -> Document:
    return {"description": title(status), "content": _content("application/json", kind)}


def _refusal(status: HTTPStatus) -> Document:
    return {"description": title(status), "content": _content("application/problem+json", Problem)}


def _content(media_type: str, kind: type[msgspec.Struct]) -> Document:
    return {media_type: {"schema": {"$ref": _REFERENCE.format(name=kind.__name__)}}}


def _path(rule: Rule) -> str:
    """Write Flask's `<identifier:name>` as OpenAPI's `{name}`."""
    return rule.rule.replace("<identifier:", "<").replace("<", "{").replace(">", "}")
