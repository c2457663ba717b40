"""The API's description: routes come in; an OpenAPI 3.1 document goes out, its shapes those of the answers."""

from functools import cache
from typing import Any

import msgspec
from msgspec.structs import fields

from hubbub.tell.bulk import MEDIA
from hubbub.tell.calls import Calls
from hubbub.tell.routes import Problem, Route, routes

TITLE = "hubbub"
ABOUT = (
    "Who talks about your research, who listens to them, and whom to talk to next. Every number comes with the mentions"
    " behind it, every mention with its post and its evidence. Unknown is null, never 0. An identifier in a path is"
    " written with `%2F` for each slash. Answers carry an `ETag`; lists are read page by page with `cursor`."
)
SCHEMAS = "#/components/schemas/{name}"
# What a call may answer other than what it is asked for.
REFUSALS = {
    "401": "A token is asked for, or the one that was sent is not valid.",
    "403": "It may not be read, or not be written.",
    "404": "There is no such thing, or no identifier can be read.",
    "422": "Something is missing, unknown, given twice or out of bounds.",
    "503": "The store is in use by another program.",
}
UNCHANGED = {"304": {"description": "Nothing has changed since the answer with this `ETag`."}}
FILES = {"501": "What writes such a file is not installed."}
WRITING = {
    "409": "It cannot be so.",
    "413": "Too much was sent.",
    "415": "No JSON was sent.",
}


@cache
def described() -> dict[str, Any]:
    """The OpenAPI document."""
    every = routes(Calls)
    asked = [(one, field) for one in every for field in fields(one.asks)]
    telling = [one for one in every if one.verb == "GET" and not one.streams]
    told = [one.returns for one in telling]
    types = [*told, *(field.type for _, field in asked)]
    made, shapes = msgspec.json.schema_components([*types, Problem], ref_template=SCHEMAS)
    returned = dict(zip([one.name for one in telling], made, strict=False))
    taken = {(one.name, field.name): schema for (one, field), schema in zip(asked, made[len(told) :], strict=False)}
    paths: dict[str, Any] = {}
    for one in every:
        paths.setdefault(one.path, {})[one.verb.lower()] = _operation(one, returned.get(one.name), taken)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": "1", "description": ABOUT, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "security": [{}, {"token": []}],
        "components": {"schemas": shapes, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _operation(route: Route, returned: Any, taken: dict[tuple[str, str], Any]) -> dict[str, Any]:
    first, _, more = route.says.partition("\n\n")
    told: dict[str, Any] = {"operationId": route.name, "summary": first}
    if more:
        told["description"] = more
    within = route.in_path
    written = [one for one in fields(route.asks) if one.name not in within]
    schemas = {one.name: taken[route.name, one.name] for one in fields(route.asks)}
    told["parameters"] = [_parameter(name, "path", schemas[name], True) for name in within]
    if route.verb == "GET":
        told["parameters"] += [_parameter(one.name, "query", _with(one, schemas), one.required) for one in written]
        media = [media for media, _ in MEDIA.values()] if route.streams else ("application/json",)
        content = {name: {} if route.streams else {"schema": returned} for name in media}
        told["responses"] = {"200": {"description": "The answer.", "content": content}}
        told["responses"] |= {} if route.streams else UNCHANGED
    else:
        body = {
            "type": "object",
            "properties": {one.name: _with(one, schemas) for one in written},
            "required": [one.name for one in written if one.required],
            "additionalProperties": False,
        }
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
        told["responses"] = {"204": {"description": "It is kept."}}
    problems = REFUSALS | (FILES if route.streams else {}) | (WRITING if route.verb == "POST" else {})
    told["responses"] |= {status: _refusal(says) for status, says in sorted(problems.items())}
    return told


def _with(field: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """A schema with what holds if nothing is said; of what is then null nothing is said."""
    schema: dict[str, Any] = schemas[field.name]
    if field.default is None:
        (kept,) = [one for one in schema["anyOf"] if one != {"type": "null"}]
        return dict(kept)
    return schema if field.required else schema | {"default": field.default}


def _parameter(name: str, place: str, schema: dict[str, Any], required: bool) -> dict[str, Any]:
    about = {"description": schema["description"]} if "description" in schema else {}
    plain = {key: value for key, value in schema.items() if key != "description"}
    return {"name": name, "in": place, "required": required, "schema": plain} | about


def _refusal(says: str) -> dict[str, Any]:
    schema = {"$ref": SCHEMAS.format(name="Problem")}
    return {"description": says, "content": {"application/problem+json": {"schema": schema}}}
