"""What an expression of TypeScript or JavaScript stands for when it is read and not run.

Known values are Python's own: str, int, float, bool, None for ``null``, list, and :class:`JsObject`.
``undefined`` is :data:`UNDEFINED`, for Sequelize tells a key that is missing from one that is undefined.
Everything else is one of the classes below.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tree_sitter import Node

if TYPE_CHECKING:
    from workbench.declared.javascript.sources import Module, Scope

Site = tuple[str, int]
"""A file, relative to the folder that is read, and a line from 1."""


class Undefined(enum.Enum):
    """JavaScript's ``undefined``."""

    UNDEFINED = "undefined"


UNDEFINED = Undefined.UNDEFINED


class JsObject(dict[str, Any]):
    """An object literal: its keys in order, and where each was written.

    ``source`` is the name of the enum or constant that it comes from, where it has one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sites: dict[str, Site] = {}
        self.source: str | None = None
        self.is_enum = False
        self.size: int | None = None

    def runtime_items(self) -> Iterator[tuple[str, Any]]:
        """Yield the keys and values that the running object has: a numeric enum maps back, numbers first."""
        if self.is_enum:
            numbers = {value: key for key, value in self.items() if isinstance(value, int)}
            yield from ((str(number), numbers[number]) for number in sorted(numbers))
        yield from self.items()

    def put(self, key: str, value: Any, site: Site) -> None:
        """Set a key and note where."""
        self[key] = value
        self.sites[key] = site

    def copy(self) -> JsObject:
        """Return a copy with the same sites."""
        other = JsObject()
        other.update(self)
        other.sites.update(self.sites)
        other.source, other.is_enum = self.source, self.is_enum
        return other


class JsList(list[Any]):
    """An array, with the name of the enum or constant that it comes from, where it has one."""

    source: str | None = None
    size: int | None = None


@dataclass(frozen=True)
class Unknown:
    """A value that reading alone does not give, with the reason in words and the place."""

    reason: str
    site: Site


@dataclass(frozen=True)
class External:
    """A thing of a package by its path: ``("sequelize", "DataTypes", "STRING")``."""

    path: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Made:
    """What calling (or ``new``-ing) such a thing gives, with what is then read off it.

    ``DataTypes.INTEGER(5).UNSIGNED`` has the path of INTEGER, the arguments ``[5]`` and the members
    ``("UNSIGNED",)``.
    """

    path: tuple[str, ...]
    arguments: tuple[Any, ...]
    site: Site
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassRef:
    """A class of the sources that are read; two are the same when they stand at the same place."""

    file: str
    start: int
    name: str


@dataclass(frozen=True)
class ModelRef:
    """A model made by ``define`` at one place of the sources."""

    file: str
    start: int
    name: str


@dataclass(frozen=True)
class ModelName:
    """A model asked for by its name: ``models.User``, ``sequelize.model("User")``."""

    name: str


@dataclass(frozen=True, eq=False)
class FunctionRef:
    """A function of the sources, with the scope that it sees."""

    node: Node
    scope: Scope


@dataclass(frozen=True, eq=False)
class TypeAlias:
    """A type that has a name of its own, with the scope that it sees."""

    node: Node
    scope: Scope


@dataclass(frozen=True)
class Namespace:
    """All that a module exports."""

    module: Module


REGISTRY = External(("sequelize", "models"))
"""The object that holds all models by name: ``sequelize.models``, the argument of ``associate``."""

CONNECTION = External(("sequelize", "instance"))
"""A connected Sequelize: what ``new Sequelize(...)`` gives, the first argument of a model's factory."""

DIALECT = JsObject()
"""Options of a connection, as far as every one of them is the same here."""
DIALECT["dialect"] = "postgres"

DATA_TYPES = External(("sequelize", "DataTypes"))


def is_model(value: Any) -> bool:
    """Tell whether a value stands for a model."""
    return isinstance(value, (ClassRef, ModelRef, ModelName))


def truthy(value: Any) -> bool | None:
    """Return whether a value counts as true; None when reading does not tell."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, (list, dict)):
        return True
    if value is UNDEFINED or value is None:
        return False
    return bool(value) if isinstance(value, (str, bool, int, float)) else True
