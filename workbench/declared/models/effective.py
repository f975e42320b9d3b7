"""Models as Sequelize keeps them once they are initialized: columns, keys and indexes with their options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.declared.javascript.values import UNDEFINED, Site, Unknown
from workbench.declared.models.inflection import pluralize, singularize, underscore
from workbench.declared.models.types import ColumnType, read_type
from workbench.declared.models.written import Form, ModelSource

PUBLIC = "public"


@dataclass
class ForeignKey:
    """The key that an attribute carries: ``origin`` tells what made it."""

    schema: str
    table: str
    column: str
    origin: str
    site: Site
    model: str | None = None
    written_on_delete: str | None = None
    written_on_update: str | None = None
    deferrable: str = ""


@dataclass
class Column:
    """One attribute of a model with its options as Sequelize keeps them."""

    name: str
    options: dict[str, Any]
    site: Site
    origin: str
    key: ForeignKey | None = None
    doubts: set[str] = field(default_factory=set)
    """What of it is a guess, as in :mod:`workbench.declared.models.doubts`."""
    _type: tuple[Any, Any, ColumnType | Unknown] | None = field(default=None, repr=False)

    def get(self, name: str) -> Any:
        """Return an option; :data:`UNDEFINED` when it is not there."""
        return self.options.get(name, UNDEFINED)

    @property
    def column(self) -> str:
        """The name in the database."""
        return str(self.options["field"])

    @property
    def is_primary(self) -> bool:
        """It belongs to the primary key."""
        return self.get("primaryKey") is True

    @property
    def type(self) -> ColumnType | Unknown:
        """The column's type; read anew only when the options that it rests on have changed."""
        written = self.get("type"), self.get("values")
        if self._type is None or self._type[0] is not written[0] or self._type[1] is not written[1]:
            self._type = (*written, read_type(*written))
        return self._type[2]

    @property
    def is_not_null(self) -> bool:
        """NOT NULL is written: an explicit ``allowNull: undefined`` counts as false."""
        written = "allowNull" in self.options and not is_true(self.options["allowNull"])
        return written or is_true(self.get("primaryKey")) or is_true(self.get("autoIncrement"))


@dataclass
class IndexSpec:
    """An index option, named."""

    name: str
    options: Mapping[str, Any]
    origin: str
    site: Site


@dataclass
class Model:
    """One initialized model."""

    source: ModelSource
    name: str
    options: dict[str, Any]
    form: Form
    position: int
    table: str = ""
    schema: str = PUBLIC
    columns: dict[str, Column] = field(default_factory=dict)
    indexes: list[IndexSpec] = field(default_factory=list)
    timestamps: dict[str, str] = field(default_factory=dict)
    aliases: set[str] = field(default_factory=set)
    doubts: set[str] = field(default_factory=set)
    """What of it is a guess, as in :mod:`workbench.declared.models.doubts`."""

    @property
    def singular(self) -> str:
        """The name that associations to this model derive theirs from."""
        names = self.options.get("name")
        given = names.get("singular") if isinstance(names, dict) else None
        return str(given or singularize(self.name))

    @property
    def plural(self) -> str:
        """The plural of that name."""
        names = self.options.get("name")
        given = names.get("plural") if isinstance(names, dict) else None
        return str(given or pluralize(self.name))

    @property
    def is_underscored(self) -> bool:
        """Fields without a name of their own are underscored."""
        return is_true(self.options.get("underscored"))

    @property
    def primary(self) -> list[Column]:
        """The columns of the primary key."""
        return [column for column in self.columns.values() if column.is_primary]

    def schema_for(self, holder: Model) -> str:
        """Return the schema in which a key of another table looks for this one: its own where it names none."""
        own = self.options.get("schema")
        return self.schema if isinstance(own, str) and own else holder.schema

    def real_columns(self) -> list[Column]:
        """Return the columns that the table gets: virtual ones are none."""
        kept = {}
        for column in self.columns.values():
            kind = column.type
            if isinstance(kind, Unknown) or kind.kind != "virtual":
                kept[column.column] = column
        return list(kept.values())

    def refresh(self) -> None:
        """Give each attribute its field, and turn a jsonb attribute's ``index: true`` into an index."""
        for name, column in self.columns.items():
            if column.get("field") is UNDEFINED:
                column.options["field"] = underscore(name) if self.is_underscored else name
                if "spelling" in self.doubts and underscore(name) != name:
                    column.doubts.add("name")
            if column.get("index") is True and getattr(column.type, "key", "") == "JSONB":
                del column.options["index"]
                options = {"fields": [column.column], "using": "gin"}
                self.indexes.append(
                    IndexSpec(index_name(options, self.table), options, "attribute", column.site)
                )

    def unique_keys(self) -> Iterator[tuple[list[Column], bool]]:
        """Yield the columns of each unique key and whether it stands beside the column itself."""
        groups: dict[str, list[Column]] = {}
        inline: dict[str, bool] = {}
        for column in self.real_columns():
            unique = column.get("unique")
            if not is_true(unique):
                continue
            named = (
                unique.get("name")
                if isinstance(unique, dict)
                else unique
                if isinstance(unique, str)
                else None
            )
            name = named or f"{self.table}_{column.name}_unique"
            groups.setdefault(name, []).append(column)
            inline[name] = unique is True
        for column in self.real_columns():
            if column.get("unique") is True:
                yield [column], True
        for name, columns in groups.items():
            if not inline[name]:
                yield columns, False


def is_true(value: Any) -> bool:
    """Tell whether an option is switched on."""
    return bool(value) and value is not UNDEFINED and not isinstance(value, Unknown)


def index_name(options: Mapping[str, Any], table: str) -> str:
    """Return the name that Sequelize gives an index without one."""
    return underscore(f"{table}_{'_'.join(_field_name(one) for one in options['fields'])}")


def _field_name(value: Any) -> str:
    """Return the column of an index's field; the empty text for an expression."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        name = value.get("name") or value.get("attribute")
        return name if isinstance(name, str) else ""
    return ""


def index_fields(options: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Yield the column's name and the field as written for each field of an index."""
    for one in options["fields"]:
        yield _field_name(one), one
