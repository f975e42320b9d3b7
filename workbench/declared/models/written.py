"""Models as their sources write them, before Sequelize's rules are applied.

Both readers, of decorators and of ``define`` / ``init``, give these; ``rules`` turns them into tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.declared.javascript.values import ClassRef, JsObject, ModelRef, Site

Kind = Literal["belongsTo", "hasMany", "hasOne", "belongsToMany"]
Form = Literal["decorators", "init", "define", "implicit"]


@dataclass
class Attribute:
    """One attribute: its options as written, and where."""

    options: JsObject
    site: Site
    is_inherited: bool = False


@dataclass
class ForeignKeyNote:
    """``@ForeignKey(() => Target)`` on an attribute: a note that associations look up, no constraint."""

    attribute: str
    target: Any
    site: Site


@dataclass
class AssociationSource:
    """One association as written; ``options`` hold foreignKey, as, through, onDelete and so on.

    ``model`` is the model that declares it where a call does; ``caller`` the model whose ``associate`` makes the
    call, None where it stands apart from all models.
    """

    kind: Kind
    target: Any
    options: JsObject
    site: Site
    is_lazy: bool = False
    model: Any = None
    caller: Any = None


@dataclass
class ModelSource:
    """One model as written."""

    ref: ClassRef | ModelRef
    name: str
    form: Form
    site: Site
    class_name: str | None = None
    attributes: dict[str, Attribute] = field(default_factory=dict)
    options: JsObject = field(default_factory=JsObject)
    decorator_indexes: list[JsObject] = field(default_factory=list)
    notes: list[ForeignKeyNote] = field(default_factory=list)
    associations: list[AssociationSource] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    """Attributes that ``removeAttribute`` takes away."""
    gaps: list[Unread] = field(default_factory=list)
    """What may add attributes and was not read: a base class, a decorator of the project's own."""
    package: str = ""
    """Folder of the package that it belongs to; empty for the folder that is read."""
    connection: str = ""
    """Where the connection is made that defines it, as far as that is known."""
    extends_unread: bool = False
    """A base class was not read, which may set options too."""


@dataclass(frozen=True)
class Unread:
    """Something that was not understood, or that Sequelize itself would refuse.

    ``kind``: unread (the reader's limit), refused (Sequelize throws while loading), aborts (sync() stops) or
    ignored (a file that was left out). ``object`` is the dotted path that it bears on, where that is known.
    """

    site: Site
    kind: Literal["unread", "refused", "aborts", "ignored"]
    reason: str
    object: str = ""


@dataclass(frozen=True)
class Import:
    """One file that uses another; ``is_lazy``: only when a function is called."""

    file: str
    imported_file: str
    is_lazy: bool
    line: int


@dataclass
class Sources:
    """All that one folder declares: models in the order of loading, associations made apart from them.

    Several packages below one folder are projects of their own: each has its connections and its names.
    """

    models: list[ModelSource] = field(default_factory=list)
    associations: list[AssociationSource] = field(default_factory=list)
    define: dict[str, JsObject] = field(default_factory=dict)
    """Package to the options that its connections give to every model."""
    open_define: dict[str, set[str]] = field(default_factory=dict)
    """Package to options of ``define`` that were not read, or not alike for all of its connections."""
    unread: list[Unread] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)

    def package_of(self, file: str) -> str:
        """Return the package of the models that a file belongs to."""
        packages = {model.package for model in self.models}
        return next((p for p in sorted(packages, reverse=True) if p and file.startswith(f"{p}/")), "")
