"""Crossref Event Data's shapes: assertions come in; events, link packages and evidence records go out, as JSON.

An event that came in through an archive goes out as it was, but for the address of its evidence record. Of other
statements an event is made: what no field there can say is not said, and what nobody knows is absent.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from hubbub import identify
from hubbub.answers import METHOD
from hubbub.answers.asserted import Asserted, Gone
from hubbub.answers.shapes import Speaker
from hubbub.collect.source import sources
from hubbub.identify.schemes import address
from hubbub.identify.tables import schemes
from hubbub.model import Identifier
from hubbub.reference.event_data import event_data

Event = dict[str, Any]


def event(told: Asserted, base: str | None = None) -> Event:
    """Make an event of an assertion; with the address of a hubbub server as `base`, its evidence record is there."""
    made = _given(told, told.statement) if told.statement is not None and told.id == told.assertion else _made(told)
    if base is not None:
        made["evidence_record"] = record_of(told.id, base)
    return made


def events(told: Iterable[Asserted], base: str | None = None) -> Iterator[Event]:
    """Make an event of each assertion."""
    return (event(one, base) for one in told)


def lines(told: Iterable[Asserted]) -> Iterator[bytes]:
    """Write an event a line, as archives of them are read."""
    return (msgspec.json.encode(one) + b"\n" for one in events(told))


def deleted(gone: Gone) -> Event:
    """Make the event of a statement that stands no longer: nothing is said but that."""
    told = {
        "id": gone.id,
        "source_id": gone.source,
        "updated": "deleted",
        "updated_date": _written(_moment(gone.until)),
    }
    return _known(told)


def record_of(id_: str, base: str) -> str:
    """Where the evidence record of an event is."""
    return f"{base}/evidence/{id_}"


def subject_of(told: Asserted) -> str:
    """The address of the post: by it the event's subject is named."""
    return told.post if told.post.startswith(("https://", "http://")) else told.url or told.post


def object_of(identifier: Identifier) -> str:
    """The address of a work or, where its scheme has none, its name."""
    return (address(identifier) if identifier.scheme in schemes() else None) or str(identifier)


def link_package(told: Asserted, base: str) -> Event:
    """Make a Scholix link package of an assertion about two works."""
    words, made = event_data(), event(told)
    target = object_of(told.identifier)
    return _known({
        "LinkPublicationDate": made.get("timestamp") or _written(told.stated_at),
        "LinkProvider": [{"Name": told.source}],
        "RelationshipType": {"Name": words.links.get(told.relation, "IsRelatedTo")},
        "LicenseURL": made.get("license"),
        "Url": f"{base}/v1/events/scholix/{told.id}",
        "Source": _linked(made["subj_id"], (made.get("subj") or {}).get("work_type_id")),
        "Target": _linked(target, (made.get("obj") or {}).get("work_type_id") or told.kind),
    })  # fmt: skip


def _linked(named: str, kind: Any) -> Event:
    found = identify.parse(named)
    scheme, value = (found.scheme.upper(), found.value) if found else ("URL", named)
    plain = "".join(part for part in kind.lower() if part.isalnum()) if isinstance(kind, str) else ""
    # Clients read the type of every work: of what nobody told, the service said `other` too.
    type_ = {"Name": event_data().types.get(plain, "other"), **({"SubType": kind} if plain else {})}
    return {"Identifier": {"ID": value, "IDScheme": scheme, "IDUrl": named}, "Type": type_}


def evidence_record(told: Asserted, base: str) -> Event:
    """Tell how an event was come by: what was read, what in it may name a work, what it names, and the event."""
    words, made = event_data(), event(told, base)
    candidate = _known({"type": words.candidates.get(told.method), "value": told.as_written})
    observation = {
        "type": words.observations.get(told.found_in, "plaintext"),
        "input-url": made["subj_id"],
        "candidates": [candidate],
    }
    action = _known({
        "id": told.id,
        "url": made["subj_id"],
        "occurred-at": made.get("occurred_at"),
        "relation-type-id": made["relation_type_id"],
        "subj": made.get("subj"),
        "processed-observations": [observation],
        "matches": [{**candidate, "match": object_of(told.identifier)}],
        "events": [made],
    })  # fmt: skip
    extra = {"method": told.method, "certainty": told.certainty, "found-in": told.found_in, "record": told.record}
    return _known({
        "id": told.id,
        "url": record_of(told.id, base),
        "source-id": made["source_id"],
        "source-token": made.get("source_token"),
        "agent": {"name": told.via, "version": METHOD, "artifacts": {}},
        "extra": _known(extra),
        "timestamp": _written(told.collected_at),
        "pages": [{"url": made["subj_id"], "actions": [action]}],
    })  # fmt: skip


def _given(told: Asserted, statement: Mapping[str, Any]) -> Event:
    made = dict(statement)
    if told.passes_on is not None:
        by = told.original and told.original.handle
        passed = {"original-tweet-url": f"twitter://status?id={told.passes_on}"}
        passed |= {"original-tweet-author": f"twitter://user?screen_name={by}"} if by else {}
        made["subj"] = {**made["subj"], **passed}
    return made


def _made(told: Asserted) -> Event:
    about, words = sources().get(told.via), event_data()
    licence = about.about.licence if about else ""
    subject, changed = subject_of(told), told.collected_at if told.edited else None
    return _known({
        "license": next((at for begins, at in words.licences.items() if licence.startswith(begins)), None),
        "terms": about.about.terms if about else None,
        "id": told.id,
        "action": "add",
        "source_id": told.source,
        "source_token": words.token,
        "relation_type_id": told.relation,
        "subj_id": subject,
        "obj_id": object_of(told.identifier),
        "occurred_at": _written(told.said_at),
        "timestamp": _written(told.stated_at),
        "updated": "edited" if told.edited else None,
        "updated_date": _written(changed),
        "updated_reason": told.url if told.edited else None,
        "subj": _subject(told, subject),
        "obj": _object(told),
    })  # fmt: skip


def _subject(told: Asserted, subject: str) -> Event:
    passed = told.source == "twitter" and told.passes_on
    return _known({
        "pid": subject,
        "url": told.url or subject,
        "title": told.title,
        "issued": _written(told.said_at),
        "author": told.speaker and _author(told.speaker),
        "alternative-id": told.post if told.post != subject else None,
        "original-tweet-url": f"twitter://status?id={told.passes_on}" if passed else None,
    })  # fmt: skip


def _author(speaker: Speaker) -> Event:
    return _known({"url": speaker.url, "name": speaker.name or speaker.handle, "id": speaker.key})


def _object(told: Asserted) -> Event:
    named = object_of(told.identifier)
    written = told.as_written if told.as_written.startswith(("https://", "http://")) else named
    method, verification = event_data().methods.get(told.method, (None, None))
    return _known({
        "pid": named,
        "url": written,
        "method": method,
        "verification": verification,
        "work_type_id": told.kind,
    })  # fmt: skip


def _known(told: Event) -> Event:
    return {key: value for key, value in told.items() if value is not None}


def _written(at: datetime | None) -> str | None:
    """As `2017-05-17T16:18:29Z`, with parts of a second where there are any."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="microseconds" if at.microsecond else "seconds").replace("+00:00", "Z")


def _moment(version: str) -> datetime | None:
    """The time that a version is, where it is one: whoever withdraws for good leaves none."""
    try:
        return datetime.fromisoformat(version)
    except ValueError:
        return None
