"""How a call is told to programs: a method comes in; the route with its address, its parameters and what it returns.

One signature serves the call in this process, the address over HTTP, its description, and the client.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from importlib import import_module
from inspect import Parameter, cleandoc, signature
from typing import Any, Literal, Protocol, TypeVar, get_type_hints

import msgspec
from msgspec import Struct

Method = TypeVar("Method", bound=Callable[..., Any])

# What calls return that would load numpy with it.
_LATE = {"Thriving": "hubbub.answers.thriving"}


class RefusedError(Exception):
    """A call was not answered: `status` is as in HTTP, `detail` a sentence for people."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


class Problem(Struct, frozen=True):
    """What went wrong, as RFC 9457 has it: the meaning of `status` and, in `detail`, a sentence for people."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"


class Route(Struct, frozen=True):
    """One call: where it is found, what it takes (`asks`, by the names in `path` and others), and what it does.

    A `public` one may be asked by pages of other sites.
    """

    verb: Literal["GET", "POST"]
    path: str
    name: str
    says: str
    asks: type[Struct]
    answer: Callable[..., Any]
    public: bool

    @property
    def in_path(self) -> list[str]:
        """The names of what stands in the path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def returns(self) -> Any:
        """The type of what is returned."""
        hint = self.answer.__annotations__["return"]
        late = _LATE.get(hint) if isinstance(hint, str) else None
        names = {hint: getattr(import_module(late), hint)} if late else {}
        return get_type_hints(self.answer, localns=names, include_extras=True)["return"]

    @property
    def streams(self) -> bool:
        """Whether a file is returned, part by part, instead of one answer."""
        return bool(self.answer.__annotations__["return"] == Iterator[bytes])

    def lists(self) -> set[str]:
        """The parameters that may be given several times."""
        return {one.name for one in msgspec.structs.fields(self.asks) if one.default == ()}

    def read(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Check what is asked, numbers and times in words as well.

        Raises RefusedError, 422, if something is missing, unknown or out of bounds.
        """
        try:
            asked = msgspec.structs.asdict(msgspec.convert(told, self.asks, strict=False))
        except msgspec.ValidationError as error:
            raise RefusedError(422, f"{error}.") from error
        for name, value in told.items():
            if asked[name] is None and value is not None:  # the word `null` in a query
                raise RefusedError(422, f"`{name}` may be left out, and is not null.")
        return asked


class Asking(Protocol):
    """Whoever has routes as methods, and one way to ask for what they say."""

    def ask(self, route: Route, told: Mapping[str, Any]) -> Any:
        """Answer a call."""


def get(path: str, public: bool = True) -> Callable[[Method], Method]:
    """Make a method a call that reads."""
    return _made("GET", path, public)


def post(path: str) -> Callable[[Method], Method]:
    """Make a method a call that writes."""
    return _made("POST", path, False)


def _made(verb: Literal["GET", "POST"], path: str, public: bool) -> Callable[[Method], Method]:
    def make(method: Method) -> Method:
        signed = signature(method)
        fields = [_field(one) for name, one in signed.parameters.items() if name != "self"]
        name = method.__name__
        asks = msgspec.defstruct(name, fields, kw_only=True, forbid_unknown_fields=True, frozen=True)
        route = Route(verb, path, name, cleandoc(method.__doc__ or ""), asks, method, public)

        @wraps(method)
        def asked(self: Asking, *args: Any, **named: Any) -> Any:
            _, *told = signed.bind(self, *args, **named).arguments.items()
            return self.ask(route, dict(told))

        asked.route = route  # type: ignore[attr-defined]
        return asked  # type: ignore[return-value]

    return make


def _field(one: Parameter) -> Any:
    return (one.name, one.annotation) if one.default is Parameter.empty else (one.name, one.annotation, one.default)


def routes(of: type[Asking]) -> list[Route]:
    """All calls of a class, in the order in which they stand there."""
    return [method.route for method in vars(of).values() if hasattr(method, "route")]
