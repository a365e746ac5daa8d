"""The functions as their callers see them: every option with its type and default, while the library hears of those that were
given, and of no others. So a default stands in one place, and what is not given is what the library says."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from clv._errors import DataError
from clv._hints import of_data

F = TypeVar("F", bound=Callable[..., Any])


def verb(does: Callable[..., Any]) -> Callable[[F], F]:
    """The face of a function that takes the options as they are given."""

    def face(declared: F) -> F:
        places = _places(declared)

        @functools.wraps(declared)
        def call(*args: Any, **options: Any) -> Any:
            if len(args) > len(places):
                raise _nameless(declared.__name__, places, args)
            try:
                return does(*args, **options)
            except DataError as error:
                of_data(error, args)
                raise

        return call  # type: ignore[return-value]

    return face


def method(of: type) -> Callable[[F], F]:
    """The face of a method of a compiled class."""

    def face(declared: F) -> F:
        does = getattr(of, declared.__name__)
        places = _places(declared)[1:]

        @functools.wraps(declared)
        def call(self: Any, *args: Any, **options: Any) -> Any:
            if len(args) > len(places):
                raise _nameless(declared.__name__, places, args)
            try:
                return does(self, *args, **options)
            except DataError as error:
                of_data(error, args)
                raise

        call.__module__ = of.__module__
        call.__qualname__ = f"{of.__name__}.{declared.__name__}"
        setattr(of, declared.__name__, call)
        return declared

    return face


def _places(declared: Callable[..., Any]) -> list[str]:
    """What is given without a name."""
    all_of_them = inspect.signature(declared).parameters.values()
    return [one.name for one in all_of_them if one.kind is not inspect.Parameter.KEYWORD_ONLY]


def _nameless(name: str, places: list[str], args: tuple[Any, ...]) -> TypeError:
    """Of what is given without a name and should have one."""
    first = args[len(places)]
    given = repr(first) if isinstance(first, (str, int, float)) else f"a {type(first).__name__}"
    called = f"{name}({', '.join(places)})"
    return TypeError(f"{called} takes options by their names, and {given} has none: {name}(..., option={given})")


def shows(like: Callable[..., Any]) -> Callable[[F], F]:
    """A function that hands its ``**options`` on shows them: those of the function they are for."""

    def face(function: F) -> F:
        own, others = inspect.signature(function), inspect.signature(like)
        mine = [one for one in own.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
        names = {one.name for one in mine}
        keywords = [one for one in others.parameters.values() if one.kind is inspect.Parameter.KEYWORD_ONLY]
        new = [one for one in keywords if one.name not in names]
        function.__signature__ = own.replace(parameters=[*mine, *new])  # type: ignore[attr-defined]
        said = inspect.getdoc(like) or ""
        if new:
            listed = said[said.index(f"{new[0].name} : ") : said.index("\n\nReturns\n")]
            function.__doc__ = f"{inspect.getdoc(function)}\n\nOther Parameters\n----------------\n{listed}"
        return function

    return face
