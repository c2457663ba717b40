"""The query API of Crossref Event Data: its addresses come in; what hubbub holds, told as events, goes out."""

import csv
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from typing import Any, Literal, get_args

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from hubbub.answers.asserted import MOST, Asserted, Assertions, BroadError, Clock, Gone, UnknownError
from hubbub.answers.selecting import Selection
from hubbub.tell import event_data
from hubbub.tell.event_asked import FACETS, FIELDS, Asked, RefusedError, asked, facets_of
from hubbub.web.guard import OPEN
from hubbub.web.pages import Reading
from hubbub.web.preflight import Open

Index = Literal["standard", "edited", "deleted", "experimental", "distinct", "scholix"]
CLOCKS: dict[str, Clock] = {"collected": "stated", "occurred": "said"}
# How a day is put into an interval: by the day on which that begins.
INTERVALS: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(day.weekday()),
    "month": lambda day: day.replace(day=1),
    "year": lambda day: day.replace(month=1, day=1),
}

router = APIRouter(route_class=Open)


def refused(request: Request, error: Exception) -> Response:
    """Say why not, in the envelope that clients take apart; of what there is not, only that."""
    if isinstance(error, HTTPException) and error.status_code == 404:
        return _json({"status": "not-found"}, 404)
    told = str(error.detail) if isinstance(error, HTTPException) else "The request cannot be understood."
    return _failed(RefusedError(told), error.status_code if isinstance(error, HTTPException) else 400)


def _routes(index: Index) -> None:
    """The four addresses of an index, and what they answer."""

    def listed(request: Request, answers: Reading) -> Response:
        return _listed(request, answers, index, ids_only=False)

    def named(request: Request, answers: Reading) -> Response:
        return _listed(request, answers, index, ids_only=True)

    def counted(request: Request, answers: Reading) -> Response:
        return _counted(request, answers, index)

    def one(request: Request, answers: Reading, event: str) -> Response:
        return _one(request, answers, index, event)

    path = "/v1/events" if index == "standard" else f"/v1/events/{index}"
    for end, answer in (("", listed), ("/ids", named), ("/time.csv", counted), ("/{event}", one)):
        name = f"event_data_{index}{end.strip('/{}').replace('.', '_') and '_'}{end.strip('/{}').replace('.', '_')}"
        router.add_api_route(path + end, answer, operation_id=name)


for one_of in sorted(get_args(Index), key=lambda index: index == "standard"):  # whose `/{event}` takes all other words
    _routes(one_of)


def _listed(request: Request, answers: Reading, index: Index, ids_only: bool) -> Response:
    base = str(request.base_url).rstrip("/")
    try:
        wanted = asked(request.query_params.multi_items(), "standard" if index == "deleted" else index)
        facets = facets_of(request.query_params.get("facet"))
        with answers.asserted() as held:
            found = _page(held, index, wanted)
            total = _total(held, index, wanted, len(found))
            counted = {FACETS[name]: _facet(held, index, wanted.selection, name, size) for name, size in facets}
    except RefusedError as error:
        return _failed(error)
    except BroadError as error:
        return _failed(_broad(error))
    word, many = ("link-package", "link-packages") if index == "scholix" else ("event", "events")
    message: dict[str, Any] = {
        "next-cursor": found[-1].id if found else None,
        "total-results": total,
        "items-per-page": wanted.rows,
    }
    if ids_only:
        message["event-ids"] = [one.id for one in found]
    else:
        message[many] = [_told(one, index, base) for one in found]
    message |= {"facets": counted} if facets else {}
    return _json({"status": "ok", "message-type": "event-id-list" if ids_only else f"{word}-list", "message": message})


def _page(held: Assertions, index: Index, wanted: Asked) -> list[Asserted] | list[Gone]:
    try:
        if index == "deleted":
            return held.gone(wanted.selection, wanted.cursor, wanted.rows)
        return held.page(wanted.selection, wanted.cursor, wanted.rows)
    except UnknownError as error:
        raise RefusedError("Invalid cursor supplied.") from error


def _total(held: Assertions, index: Index, wanted: Asked, found: int) -> int:
    if wanted.cursor is None and found < wanted.rows:
        return found  # that was all: where little is found everything was read for it, which once is enough
    return held.gone_total(wanted.selection) if index == "deleted" else held.total(wanted.selection)


def _facet(held: Assertions, index: Index, selection: Selection, name: str, size: int) -> dict[str, Any]:
    values = {} if index == "deleted" else held.values(selection, FIELDS[name], size)
    return {"value-count": len(values), "values": values}


def _told(one: Asserted | Gone, index: Index, base: str) -> dict[str, Any]:
    if isinstance(one, Gone):
        return event_data.deleted(one)
    return event_data.link_package(one, base) if index == "scholix" else event_data.event(one, base)


def _one(request: Request, answers: Reading, index: Index, event: str) -> Response:
    with answers.asserted() as held:
        try:
            found = held.gone_one(event) if index == "deleted" else held.one(event, Selection(kind=index))
        except UnknownError:
            return _json({"status": "not-found"}, 404)
    word = "link-package" if index == "scholix" else "event"
    told = _told(found, index, str(request.base_url).rstrip("/"))
    return _json({"status": "ok", "message-type": word, "message": {word: told}})


def _counted(request: Request, answers: Reading, index: Index) -> Response:
    interval, field = request.query_params.get("interval", ""), request.query_params.get("field", "")
    try:
        wanted = asked(request.query_params.multi_items(), "standard" if index == "deleted" else index)
        if interval not in INTERVALS:
            words = "'day', 'week', 'month' or 'year'"
            told = f"Value of time interval unrecognised. Supply 'interval' value of {words}"
            raise RefusedError(told, "interval-unrecognised", "validation-failure")
        if field not in CLOCKS:
            told = "Value of 'field' unrecognised. Supply 'field' value of 'collected', 'occurred'"
            raise RefusedError(told, "field-unrecognised", "validation-failure")
    except RefusedError as error:
        return _failed(error)
    try:
        with answers.asserted() as held:
            days = {} if index == "deleted" else held.days(wanted.selection, CLOCKS[field])
    except BroadError as error:
        return _failed(_broad(error))
    if not days:
        return _json({"status": "not-found"}, 404)
    times = Counter[date]()
    for day, number in days.items():
        times[INTERVALS[interval](day)] += number
    written = StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerows([("date", "value"), *((f"{day.isoformat()}T00:00:00.000Z", times[day]) for day in sorted(times))])
    return Response(written.getvalue(), headers=OPEN, media_type="text/csv")


@router.get("/heartbeat/recent", operation_id="event_data_recent")
def recent(answers: Reading) -> Response:
    """When each collector last brought anything."""
    with answers.asserted() as held:
        latest = held.latest()
    told = {"latest": max(latest.values(), default=None), "sources": latest}
    return _json({"status": "ok", "message-type": "heartbeat", "message": told})


@router.get("/heartbeat/indices", operation_id="event_data_indices")
def indices(answers: Reading) -> Response:
    """How many events each index has."""
    with answers.asserted() as held:
        told = {
            index: held.gone_total(Selection()) if index == "deleted" else held.total(Selection(kind=index))
            for index in get_args(Index)
        }
    return _json({"status": "ok", "message-type": "heartbeat", "message": told})


@router.get("/evidence/{event}", operation_id="event_data_evidence")
def evidence(request: Request, answers: Reading, event: str) -> Response:
    """From what a collector read, by which method, to the event."""
    with answers.asserted() as held:
        try:
            found = held.one(event, None)
        except UnknownError:
            return _json({"status": "not-found"}, 404)
    return _json(event_data.evidence_record(found, str(request.base_url).rstrip("/")))


def _broad(error: BroadError) -> RefusedError:
    names = {field: name for name, field in FIELDS.items() if name != "relation"}
    fields = ", ".join(names[field] for field in error.fields)
    told = f"For {fields} more than {MOST:,} events would have to be read one by one. Narrow the selection by"
    return RefusedError(
        f"{told} 'obj-id', 'obj-id.prefix', 'source' or dates.", "selection-broad", "validation-failure"
    )


def _failed(error: RefusedError, status: int = 400) -> Response:
    told = {"type": error.kind, "message": str(error)}
    answer = {"status": "failed", "message-type": error.of, "message": [told]}
    return Response(msgspec.json.encode(answer), status, OPEN, "text/plain;charset=UTF-8")


def _json(answer: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(answer), status, OPEN, "application/json;charset=UTF-8")
