"""Writes the pages of `docs/reference` that are made from the code: `python docs/generate.py`.

Commands, cards, schemes, tables and the fields of answers come in; the text of each page goes out of `pages`.
"""

import inspect
import re
import types
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import typer
from sqlalchemy import Table

from hubbub import identify
from hubbub.answers import community, desking, mixed, shapes
from hubbub.answers.methods import numbers
from hubbub.cli import app
from hubbub.collect.source import sources
from hubbub.model import Description, Identifier, Tally
from hubbub.reference import altmetric
from hubbub.reference.methods import told
from hubbub.reference.places import places
from hubbub.store import schema
from hubbub.web.api.described import described

HERE = Path(__file__).parent
NOTICE = "<!-- Written by docs/generate.py: change the code or that file, and run it. -->"
SHAPES = (
    Identifier,
    Description,
    shapes.Report,
    shapes.CategoryCount,
    shapes.SourceCount,
    shapes.DayCount,
    shapes.Reach,
    shapes.Voice,
    shapes.Speaker,
    shapes.VersionCount,
    shapes.AliasLine,
    Tally,
    shapes.Wish,
    shapes.Said,
    shapes.SecondHand,
    shapes.Story,
    shapes.Words,
    shapes.Evidence,
    community.Community,
    community.Period,
    community.Proportion,
    community.Month,
    community.Member,
    community.Listening,
    community.OwnAccount,
    community.Followers,
    community.Unseen,
    community.Change,
    community.Happening,
    community.Circle,
    community.Named,
    community.Carrier,
    mixed.Mix,
    mixed.Sector,
    desking.Desk,
    desking.Deserving,
    desking.PileOn,
    desking.Part,
)


def pages() -> dict[str, str]:
    """The generated pages, by file name."""
    made = {
        "cli.md": cli,
        "sources.md": cards,
        "identifiers.md": schemes,
        "store.md": tables,
        "report-json.md": answers,
        "api.md": api,
        "methods.md": methods,
        "details-page-api.md": details_page_api,
    }
    return {name: f"{NOTICE}\n\n{make().strip()}\n" for name, make in made.items()}


def details_page_api() -> str:
    """The fields of the Details Page API, and what is never told."""
    told, parts = altmetric.words(), [text_of("details_page_api")["intro"].strip()]
    for title, fields in (("The counts object", told.counts), ("The fetch object", told.full)):
        rows = [(f"`{field}`", means) for field, means in fields.items()]
        parts += [f"## {title}", table(("field", "where it comes from"), rows)]
    groups = [
        (f"`{one.key}`", f"`{one.field}`" if one.field else "", ", ".join(one.places), f"{len(one.hosts) or ''}")
        for one in told.groups
    ]
    parts += [
        "## Places",
        text_of("details_page_api")["places"].strip(),
        table(("key", "count", "places", "hosts"), groups),
    ]
    never = [(f"`{field}`", why) for field, why in told.unknowable.items()]
    return "\n\n".join([*parts, "## Never told", table(("field", "why"), never)])


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    heads = list(head)
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def text_of(name: str) -> dict[str, Any]:
    """The words that stand beside what the code says."""
    told: dict[str, Any] = msgspec.toml.decode(HERE.joinpath("generate.toml").read_bytes())[name]
    return told


# Methods


def methods() -> str:
    """How numbers are made, as the page of a server says it, and the form of the yearly report on oneself."""
    words, about = text_of("methods"), told()
    return "\n\n".join(
        [
            "# How numbers are made",
            words["intro"].strip(),
            "## Numbers",
            table(("number", "what it says"), ((one.name, one.says) for one in numbers())),
            "## NISO RP-25",
            table(("", "asked", "answer"), ((str(one.number), one.asks, one.says) for one in about.requirement)),
            "## Changes of methods",
            table(
                ("since", "method", "what changed", "also for older data"),
                (
                    (f"{one.since}", f"{one.method} {one.version}", one.says, "yes" if one.backwards else "no")
                    for one in about.change
                ),
            ),
            "## Ways to the numbers",
            table(("path", "what it gives"), ((f"`{one.path}`", one.says) for one in about.route)),
            "## The yearly report",
            words["report"].strip(),
            table(
                ("", "asked", "where the answer stands", "what changed this year"),
                ((str(one.number), one.asks, _where(one.see), "") for one in about.requirement),
            ),
        ]
    )


def _where(see: Iterable[str]) -> str:
    return ", ".join(f"`{at}`" for at in ("/methods", *see))


# Commands


def cli() -> str:
    """Every command, its arguments and options."""
    group: Any = typer.main.get_command(app)
    parts = [
        "# Commands",
        text_of("cli")["intro"].strip(),
        "## Options of every command",
        _parameters([one for one in group.params if not one.name.endswith("completion")]),
    ]
    for name, command in group.commands.items():
        usage = " ".join(["hubbub", name, *_usage(command.params)])
        parts += [f"## {name}", f"```text\n{usage}\n```", _manual(command.help), _parameters(command.params)]
    return "\n\n".join(part for part in parts if part)


def _usage(params: Iterable[Any]) -> Iterable[str]:
    for one in params:
        if one.param_type_name == "argument":
            yield one.metavar or one.name.upper()
        else:
            yield f"[{one.opts[0]}]" if one.is_flag else f"[{one.opts[0]} {one.metavar or one.name.upper()}]"


def _manual(text: str) -> str:
    """The help of a command; its examples stand in lines of their own."""
    parts = []
    for part in re.split(r"\n\s*\n", inspect.cleandoc(text.replace("\f", ""))):
        lines = [line.strip() for line in part.splitlines()]
        example = all(re.match(r"(hubbub|echo) ", line) for line in lines)
        parts.append("\n".join(["```sh", *lines, "```"]) if example else "\n".join(lines))
    return "\n\n".join(parts)


def _parameters(params: Iterable[Any]) -> str:
    rows = []
    for one in params:
        argument = one.param_type_name == "argument"
        name = (one.metavar or one.name.upper()) if argument else ", ".join(one.opts)
        help_ = getattr(one, "help", None) or ""
        default = f" By default {one.default}." if isinstance(one.default, int) and one.default else ""
        rows.append([f"`{name}`", help_ + default])
    return table(("argument or option", "meaning"), rows) if rows else ""


# Sources


def cards() -> str:
    """The cards of all sources, and the places that collectors speak of."""
    parts = ["# Sources", text_of("sources")["intro"].strip()]
    for name, source in sources().items():
        about = source.about
        facts: list[tuple[str, str]] = [
            ("name in commands", f"`{name}`"),
            ("home", f"<{about.home}>"),
            ("category", about.category),
            ("how it is read", about.how),
            ("pace", "; ".join(f"{one}" for one in about.hosts) or "as fast as files are read"),
            ("reads", about.note),
            ("yields", ", ".join(f"`{one}`" for one in about.yields)),
            ("credentials", "; ".join(f"{one}" for one in about.credentials) or "none"),
            ("terms", f"<{about.terms}>" if about.terms.startswith("http") else about.terms),
            ("licence", about.licence),
            ("raw pages are kept", about.keeps_pages),
            ("withdrawals", text_of("deletions")[about.deletions]),
            ("shapes come from", f"{about.shapes} payloads"),
        ]
        parts += [f"## {about.title}", table(("fact", "value"), facts)]
    rows = [(f"`{name}`", one.title, one.category) for name, one in sorted(places().items())]
    parts += ["## Places", text_of("sources")["places"].strip(), table(("name", "title", "category"), rows)]
    return "\n\n".join(parts)


# Identifiers


def schemes() -> str:
    """The schemes of identifiers, and the sites whose addresses carry them."""
    parts = ["# Identifiers", text_of("identifiers")["intro"].strip()]
    rows = []
    for name, one in _toml("schemes.toml").items():
        also = [f"`{alias}:`" for alias in one.get("aliases", ())]
        in_text = "yes" if one.get("text") or name == "doi" else "no, only as an address"
        page = one.get("address", "").replace("{value}", "…")
        page = f"`{page}`" if page != "…" else "the address itself"
        kept = {"scholarly": "always", "web": "of scholarly sites; others if watched"}.get(
            one["category"], "if watched"
        )
        written = ", ".join([f"`{name}:`", *also])
        rows.append((one["title"], written, one["category"], kept, in_text, page if page != "``" else "none"))
    head = ("scheme", "typed as", "category", "mentions kept", "found in free text", "page")
    parts += [table(head, rows), "## Addresses", text_of("identifiers")["addresses"].strip()]
    by_scheme: dict[str, set[str]] = {}
    for one in _toml("addresses.toml")["address"]:
        by_scheme.setdefault(one["scheme"], set()).update(one["hosts"])
    parts += [table(("scheme", "sites"), [(f"`{k}`", ", ".join(sorted(v))) for k, v in sorted(by_scheme.items())])]
    return "\n\n".join(parts)


def _toml(name: str) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.toml.decode(files(identify).joinpath(name).read_bytes())
    return data


# Tables


def tables() -> str:
    """The tables of the store."""
    meaning = text_of("tables")
    parts = ["# The store", (schema.__doc__ or "").strip(), text_of("store")["intro"].strip()]
    for one in schema.metadata.tables.values():
        parts += [f"## {one.name}", meaning[one.name], table(("column", "type", "notes"), _columns(one))]
        for index in sorted(one.indexes, key=lambda index: str(index.name)):
            unique = ", unique" if index.unique else ""
            only = ", in PostgreSQL alone" if index._ddl_if else ""
            parts += [f"Index `{index.name}`: {', '.join(f'`{c.name}`' for c in index.columns)}{unique}{only}."]
    return "\n\n".join(parts)


def _columns(one: Table) -> Iterable[tuple[str, str, str]]:
    for column in one.columns:
        notes = ["key"] if column.primary_key else []
        notes += [f"→ `{key.target_fullname}`" for key in column.foreign_keys]
        notes += ["may be NULL"] if column.nullable else []
        yield f"`{column.name}`", str(column.type).lower(), ", ".join(notes)


# The API


def api() -> str:
    """Every call of the API, what it takes and what it answers."""
    told = described()
    parts = ["# The API", text_of("api")["intro"].strip()]
    for path, ways in told["paths"].items():
        for verb, way in ways.items():
            parts += [f"## {way['operationId']}", f"`{verb.upper()} {told['servers'][0]['url']}{path}`"]
            parts += [" ".join([way["summary"], way.get("description", "").replace("\n\n", " ")]).strip()]
            asked = [(one["name"], one["in"], one["schema"], one.get("description", "")) for one in way["parameters"]]
            body = way.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            asked += [
                (name, "body", one, one.get("description", "")) for name, one in body.get("properties", {}).items()
            ]
            rows = [(f"`{name}`", place, _shape(schema), says) for name, place, schema, says in asked]
            parts += [table(("parameter", "in", "type", "meaning"), rows)] if rows else []
            if "200" in way["responses"]:
                content = way["responses"]["200"]["content"]
                kinds = {_shape(one["schema"]) if "schema" in one else f"`{media}`" for media, one in content.items()}
                parts += [f"Answers {', '.join(sorted(kinds))}."]
    return "\n\n".join(parts)


def _shape(schema: dict[str, Any]) -> str:
    """A schema as people say it."""
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if "anyOf" in schema:
        return " or ".join(_shape(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_shape(schema['items'])}"
    default = f", by default `{schema['default']}`" if schema.get("default") not in (None, "", []) else ""
    return f"{schema.get('format', schema['type'])}{default}"


# Answers


def answers() -> str:
    """The shapes of answers as JSON."""
    meaning = text_of("fields")
    parts = ["# Answers as JSON", text_of("answers")["intro"].strip()]
    for shape in SHAPES:
        hints = get_type_hints(shape)
        rows = [(f"`{name}`", _type(hint), _meaning(meaning, shape.__name__, name)) for name, hint in hints.items()]
        body = re.sub(r"\bNone\b", "null", inspect.cleandoc(shape.__doc__ or ""))
        parts += [f"## {shape.__name__}", body, table(("field", "type", "meaning"), rows)]
    return "\n\n".join(parts)


def _meaning(meaning: dict[str, Any], shape: str, name: str) -> str:
    told = meaning.get(f"{shape}.{name}", meaning.get(name))
    if told is None:
        raise KeyError(f"docs/generate.toml, [fields], does not say what {shape}.{name} means")
    return str(told)


def _type(hint: Any) -> str:
    """A type as people say it."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join("null" if one is type(None) else _type(one) for one in args)
    if origin is tuple:
        return f"list of {_type(args[0])}"
    if origin is Literal:
        return "text: " + ", ".join(f"`{one}`" for one in args)
    if hint in SHAPES:
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    names = {
        "str": "text",
        "int": "whole number",
        "float": "number",
        "bool": "true or false",
        "datetime": "time",
        "date": "day",
        "dict": "object",
    }
    return names.get(hint.__name__, str(hint.__name__))


if __name__ == "__main__":
    for name, text in pages().items():
        HERE.joinpath("reference", name).write_text(text, "utf-8")
