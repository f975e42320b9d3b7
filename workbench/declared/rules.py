"""Sequelize's own rules: what ``init`` makes of a model as written, and which table results.

Restates ``model.js`` of sequelize 6.37 (options, implicit columns, fields, unique keys, indexes); associations
are in ``associations``. A :class:`World` is one Sequelize instance with its models in the order of loading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.declared.inflection import pluralize, singularize, underscore
from workbench.declared.models import Form, ModelSource, Sources, Unread
from workbench.declared.types import ColumnType, read_type
from workbench.declared.values import (
    UNDEFINED,
    ClassRef,
    External,
    JsObject,
    Made,
    ModelName,
    ModelRef,
    Site,
    Unknown,
    is_model,
)

PUBLIC = "public"
_INTEGER = External(("sequelize", "DataTypes", "INTEGER"))
_DATE = External(("sequelize", "DataTypes", "DATE"))


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
        written = "allowNull" in self.options and not _true(self.options["allowNull"])
        return written or _true(self.get("primaryKey")) or _true(self.get("autoIncrement"))


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
        return _true(self.options.get("underscored"))

    @property
    def primary(self) -> list[Column]:
        """The columns of the primary key."""
        return [column for column in self.columns.values() if column.is_primary]

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
            if column.get("index") is True and getattr(column.type, "key", "") == "JSONB":
                del column.options["index"]
                options = {"fields": [column.column], "using": "gin"}
                self.indexes.append(
                    IndexSpec(_index_name(options, self.table), options, "attribute", column.site)
                )

    def unique_keys(self) -> Iterator[tuple[list[Column], bool]]:
        """Yield the columns of each unique key and whether it stands beside the column itself."""
        groups: dict[str, list[Column]] = {}
        inline: dict[str, bool] = {}
        for column in self.real_columns():
            unique = column.get("unique")
            if not _true(unique):
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


def _true(value: Any) -> bool:
    return bool(value) and value is not UNDEFINED and not isinstance(value, Unknown)


class World:
    """One Sequelize instance: models by name, associations made one after the other."""

    def __init__(self, sources: Sources, *, reverse: bool = False) -> None:
        self.sources = sources
        self.models: dict[str, Model] = {}
        self.unread: list[Unread] = []
        self.made: list[Any] = []
        self._names: dict[ClassRef | ModelRef, str] = {}
        self._index_names: dict[int, str] = {}
        ordered = list(reversed(sources.models)) if reverse else sources.models
        for source in ordered:
            self._names[source.ref] = source.name
            self.define(source, source.name)
        # The rules of associations need models that are complete; they live beside, not below.
        from workbench.declared.associations import associate

        associate(self, ordered)
        if not reverse:
            for model in self.models.values():
                self._check(model)

    def define(self, source: ModelSource, name: str, form: Form | None = None) -> Model:
        """Initialize a model; one of the same name that is already there is replaced."""
        options = _merge(self.sources.define, source.options)
        if name in self.models:
            earlier = self.models.pop(name)
            reason = f"a second model is named {name}; Sequelize drops that of {earlier.source.site[0]}"
            self.unread.append(Unread(source.site, "refused", reason, name))
        model = Model(source, name, options, form or source.form, len(self.models))
        self.models[name] = model
        table = options.get("tableName")
        frozen = _true(options.get("freezeTableName"))
        derived = name if frozen else pluralize(name)
        model.table = (
            table
            if isinstance(table, str) and table
            else (underscore(derived) if model.is_underscored and not frozen else derived)
        )
        schema = options.get("schema")
        model.schema = schema if isinstance(schema, str) and schema else PUBLIC
        for key in ("tableName", "schema", "underscored", "timestamps", "paranoid", "indexes"):
            if isinstance(options.get(key), Unknown):
                self._unread_value(options[key], model, f"the option {key}")
        self._columns(model)
        self._indexes(model)
        model.refresh()
        return model

    def _columns(self, model: Model) -> None:
        own = {}
        for name, attribute in model.source.attributes.items():
            options = dict(attribute.options)
            if name.startswith("..."):
                self._unread_value(options.get("type"), model, "attributes")
                continue
            origin = "inherited" if attribute.is_inherited else "declared"
            own[name] = Column(name, options, attribute.site, origin)
            _own_reference(self, model, own[name])
        site, timestamped = model.source.site, model.options.get("timestamps") is not False
        if not any(_true(column.get("primaryKey")) for column in own.values()):
            if "id" in own:
                reason = "a column id that is no primary key: Sequelize refuses the model"
                self.unread.append(
                    Unread(own["id"].site, "refused", reason, f"{model.schema}.{model.table}.id")
                )
            else:
                options = {"type": _INTEGER, "allowNull": False, "primaryKey": True, "autoIncrement": True}
                own = {"id": Column("id", {**options, "_autoGenerated": True}, site, "implicit"), **own}
        for key in ("createdAt", "updatedAt", "deletedAt"):
            given = model.options.get(key)
            wanted = timestamped and given is not False
            if key == "deletedAt":
                wanted = wanted and _true(model.options.get("paranoid"))
            if wanted:
                name = given if isinstance(given, str) else key
                model.timestamps[key] = name
                options = {"type": _DATE} if key == "deletedAt" else {"type": _DATE, "allowNull": False}
                own.setdefault(name, Column(name, options, site, "implicit"))
        version = model.options.get("version")
        if _true(version):
            name = version if isinstance(version, str) else "version"
            options = {"type": _INTEGER, "allowNull": False, "defaultValue": 0}
            own.setdefault(name, Column(name, options, site, "implicit"))
        model.columns = own

    def _indexes(self, model: Model) -> None:
        given = model.options.get("indexes")
        from_table = isinstance(given, list)
        # @Table({indexes}) takes the place of every index of the decorators.
        chosen = given if from_table else model.source.decorator_indexes
        sites = getattr(model.source.options, "sites", {})
        for options in chosen if isinstance(chosen, list) else ():
            site = (
                next(iter(options.sites.values()), model.source.site)
                if isinstance(options, JsObject)
                else None
            )
            site = site or sites.get("indexes", model.source.site)
            if not isinstance(options, dict) or not isinstance(options.get("fields"), list):
                reason = options if isinstance(options, Unknown) else Unknown("an index without fields", site)
                self._unread_value(reason, model, "an index")
                continue
            name = options.get("name")
            if not isinstance(name, str):
                # The name is written into a decorator's options, which subclasses share with the base class.
                name = _index_name(options, model.table)
                name = name if from_table else self._index_names.setdefault(id(options), name)
            model.indexes.append(IndexSpec(name, options, "indexes" if from_table else "decorator", site))

    def _unread_value(self, value: Any, model: Model, what: str) -> None:
        site = value.site if isinstance(value, Unknown) and value.site[0] else model.source.site
        reason = value.reason if isinstance(value, Unknown) else "it cannot be read"
        self.unread.append(Unread(site, "unread", f"{what}: {reason}", f"{model.schema}.{model.table}"))

    def find(self, value: Any) -> Model | None:
        """Return the model that a value stands for."""
        if isinstance(value, ModelName):
            return self.models.get(value.name)
        if isinstance(value, (ClassRef, ModelRef)):
            return self.models.get(self._names.get(value, ""))
        return self.models.get(value) if isinstance(value, str) else None

    def by_table(self, schema: str, table: str) -> Model | None:
        """Return the model of a table."""
        found = (m for m in self.models.values() if (m.schema, m.table) == (schema, table))
        return next(found, None)

    def _check(self, model: Model) -> None:
        """Note what PostgreSQL or Sequelize would refuse in a model's columns."""
        for column in model.real_columns():
            kind = column.type
            path = f"{model.schema}.{model.table}.{column.column}"
            if isinstance(kind, Unknown):
                site = kind.site if kind.site[0] else column.site
                self.unread.append(Unread(site, "unread", f"type: {kind.reason}", path))
            elif kind.problem:
                refused = "refuses" in kind.problem
                self.unread.append(
                    Unread(column.site, "refused" if refused else "aborts", kind.problem, path)
                )


def _merge(*objects: Mapping[str, Any]) -> dict[str, Any]:
    """Return objects merged as ``Utils.merge`` does: later wins, objects merge, lists join, later part first."""
    result: dict[str, Any] = {}
    for one in objects:
        for key, value in one.items():
            if value is UNDEFINED:
                continue
            earlier = result.get(key)
            if isinstance(value, list) and isinstance(earlier, list) and earlier:
                result[key] = [*value, *earlier]
            elif isinstance(value, dict) and isinstance(earlier, dict) and earlier:
                result[key] = _merge(earlier, value)
            else:
                result[key] = value
    return result


def _index_name(options: Mapping[str, Any], table: str) -> str:
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


def _own_reference(world: World, model: Model, column: Column) -> None:
    """Read ``references`` of an attribute; a model in it is looked up among those defined before."""
    given = column.get("references")
    if not isinstance(given, dict):
        if isinstance(given, str):
            reason = "references is a text: Sequelize wants {model, key}"
            world.unread.append(
                Unread(column.site, "refused", reason, f"{model.schema}.{model.table}.{column.name}")
            )
        column.options.pop("references", None)
        return
    target, schema, name = given.get("model"), model.schema, None
    if is_model(target):
        # By its source: the model may be defined only later in the reversed order.
        source = next((s for s in world.sources.models if s.ref == target), None)
        found = world.find(target) or (world.find(source.name) if source else None)
        target = found.table if found else None
        schema, name = (found.schema, found.name) if found else (schema, None)
    elif isinstance(target, dict):
        schema, target = target.get("schema") or PUBLIC, target.get("tableName")
    if not isinstance(target, str):
        reason = target.reason if isinstance(target, Unknown) else "references names no table"
        world.unread.append(
            Unread(column.site, "unread", reason, f"{model.schema}.{model.table}.{column.name}")
        )
        column.options.pop("references", None)
        return
    key, deferrable = given.get("key"), given.get("deferrable")
    column.key = ForeignKey(
        schema=schema,
        table=target,
        column=key if isinstance(key, str) and key else "id",
        origin="references",
        site=column.site,
        model=name,
        written_on_delete=_action(column.get("onDelete")),
        written_on_update=_action(column.get("onUpdate")),
        deferrable=deferrable.path[-1] if isinstance(deferrable, (External, Made)) else "",
    )


def _action(value: Any) -> str | None:
    return value.upper() if isinstance(value, str) and value else None
