"""Sequelize's own rules: what ``init`` makes of a model as written, and which table results.

Restates ``model.js`` of sequelize 6.37 (options, implicit columns, fields, unique keys, indexes); associations
are in ``associations``. A :class:`World` is one Sequelize instance with its models in the order of loading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbench.declared.javascript.values import (
    UNDEFINED,
    ClassRef,
    External,
    JsObject,
    Made,
    ModelName,
    ModelRef,
    Unknown,
    is_model,
)
from workbench.declared.models.doubts import (
    ALL_OPTIONS,
    is_open,
    of_column,
    of_model,
    rest_is_open,
    why_open,
    without_open,
)
from workbench.declared.models.effective import (
    PUBLIC,
    Column,
    ForeignKey,
    IndexSpec,
    Model,
    index_name,
    is_true,
)
from workbench.declared.models.inflection import pluralize, underscore
from workbench.declared.models.types import read_type
from workbench.declared.models.written import Attribute, Form, ModelSource, Sources, Unread

_INTEGER = External(("sequelize", "DataTypes", "INTEGER"))
_DATE = External(("sequelize", "DataTypes", "DATE"))


class World:
    """One Sequelize instance: models by name, associations made one after the other."""

    def __init__(self, sources: Sources, *, reverse: bool = False) -> None:
        self.sources = sources
        self.models: dict[str, Model] = {}
        self.unread: list[Unread] = []
        self.made: list[Any] = []
        self._names: dict[ClassRef | ModelRef, str] = {}
        self._index_names: dict[int, str] = {}
        self._homes: dict[str, list[tuple[str, str]]] = {}
        ordered = list(reversed(sources.models)) if reverse else sources.models
        for source in ordered:
            self._names[source.ref] = self._key(source)
            self.define(source, source.name)
        # The rules of associations need models that are complete; they live beside, not below.
        from workbench.declared.models.associations import associate

        associate(self, ordered)
        if not reverse:
            for model in self.models.values():
                self._check(model)

    def define(self, source: ModelSource, name: str, form: Form | None = None) -> Model:
        """Initialize a model; one of the same name that is already there is replaced."""
        options = _merge(self.sources.define.get(source.package, {}), source.options)
        key = self._key(source, name)
        if key in self.models:
            earlier = self.models.pop(key)
            reason = f"a second model is named {name}; Sequelize drops that of {earlier.source.site[0]}"
            self.unread.append(Unread(source.site, "refused", reason, name))
        model = Model(source, name, options, form or source.form, len(self.models))
        self.models[key] = model
        table = options.get("tableName")
        frozen = is_true(options.get("freezeTableName"))
        derived = name if frozen else pluralize(name)
        model.table = (
            table
            if isinstance(table, str) and table
            else (underscore(derived) if model.is_underscored and not frozen else derived)
        )
        schema = options.get("schema")
        model.schema = schema if isinstance(schema, str) and schema else PUBLIC
        self._doubt(model)
        self._columns(model)
        self._indexes(model)
        model.refresh()
        return model

    def _key(self, source: ModelSource, name: str = "") -> str:
        """Return the key of a model: its name, marked where another package or connection has the name too."""
        name, home = name or source.name, (source.package, source.connection)
        homes = self._homes.setdefault(name, [])
        if home not in homes:
            homes.append(home)
        number = homes.index(home)
        return f"{name}#{number}" if number else name

    def _doubt(self, model: Model) -> None:
        """Note which parts of a model are guesses, and what was not read."""
        source = model.source
        rest = rest_is_open(model.options) or source.extends_unread
        open_define = self.sources.open_define.get(source.package, set())
        model.doubts = of_model(model.options, ALL_OPTIONS if rest else open_define)
        for key, value in model.options.items():
            if key.startswith("..."):
                self._unread_value(value, model, "the options")
            elif key in ALL_OPTIONS and is_open(value):
                self._unread_value(value, model, f"the option {key}")
        written = {**self.sources.define.get(source.package, {}), **source.options}
        for key in ("schema", "tableName"):
            if key in written and written[key] is UNDEFINED:
                model.doubts.add("name")
                value = Unknown("only the environment gives it", source.site)
                self._unread_value(value, model, f"the option {key}")
        if source.gaps or any(name.startswith("...") for name in source.attributes):
            model.doubts.add("columns")
        for gap in source.gaps:
            self.unread.append(replace(gap, object=f"{model.schema}.{model.table}"))

    def _columns(self, model: Model) -> None:
        own = {}
        for name, attribute in model.source.attributes.items():
            options = dict(attribute.options)
            if name.startswith("..."):
                self._unread_value(options.get("type"), model, "attributes")
                continue
            origin = "inherited" if attribute.is_inherited else "declared"
            own[name] = self._column(model, name, attribute, origin)
        site, timestamped = model.source.site, model.options.get("timestamps") is not False
        if not any(is_true(column.get("primaryKey")) for column in own.values()):
            unsure = "columns" in model.doubts or any("primary key" in one.doubts for one in own.values())
            if "id" in own and unsure:
                own["id"].doubts.add("primary key")
            elif "id" in own:
                reason = "a column id that is no primary key: Sequelize refuses the model"
                self.unread.append(
                    Unread(own["id"].site, "refused", reason, f"{model.schema}.{model.table}.id")
                )
            else:
                options = {"type": _INTEGER, "allowNull": False, "primaryKey": True, "autoIncrement": True}
                own = {"id": Column("id", {**options, "_autoGenerated": True}, site, "implicit"), **own}
                own["id"].doubts |= {"column", "primary key"} if unsure else set()
        for key in ("createdAt", "updatedAt", "deletedAt"):
            given = model.options.get(key)
            wanted = timestamped and given is not False
            if key == "deletedAt":
                wanted = wanted and is_true(model.options.get("paranoid"))
            if wanted:
                name = given if isinstance(given, str) else key
                model.timestamps[key] = name
                options = {"type": _DATE} if key == "deletedAt" else {"type": _DATE, "allowNull": False}
                doubts = {"column"} if model.doubts & {"timestamps", "columns"} else set()
                own.setdefault(name, Column(name, options, site, "implicit", doubts=doubts))
        version = model.options.get("version")
        if is_true(version):
            name = version if isinstance(version, str) else "version"
            options = {"type": _INTEGER, "allowNull": False, "defaultValue": 0}
            own.setdefault(name, Column(name, options, site, "implicit"))
        model.columns = {name: column for name, column in own.items() if name not in model.source.removed}

    def _column(self, model: Model, name: str, attribute: Attribute, origin: str) -> Column:
        """Return an attribute as Sequelize keeps it, without the options that were not read."""
        options = dict(attribute.options)
        alone = set(options) == {"type"} and isinstance(read_type(options["type"]), Unknown)
        found = of_column(options, unread=alone)
        known = without_open(options) if found else options
        column = Column(name, known, attribute.site, origin, doubts=set(found))
        for part, value in found.items():
            if value is not UNDEFINED:
                reason = f"{part}: {why_open(value)}"
                path = f"{model.schema}.{model.table}.{name}"
                self.unread.append(Unread(attribute.site, "unread", reason, path))
        spread = [value for key, value in options.items() if key.startswith("...")]
        for value in spread:
            path = f"{model.schema}.{model.table}.{name}"
            self.unread.append(Unread(attribute.site, "unread", f"a part of it: {why_open(value)}", path))
        _own_reference(self, model, column)
        return column

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
                model.doubts.add("indexes")
                continue
            name = options.get("name")
            if not isinstance(name, str):
                # The name is written into a decorator's options, which subclasses share with the base class.
                name = index_name(options, model.table)
                name = name if from_table else self._index_names.setdefault(id(options), name)
            model.indexes.append(IndexSpec(name, options, "indexes" if from_table else "decorator", site))

    def _unread_value(self, value: Any, model: Model, what: str) -> None:
        site = value.site if isinstance(value, Unknown) and value.site[0] else model.source.site
        reason = why_open(value)
        self.unread.append(Unread(site, "unread", f"{what}: {reason}", f"{model.schema}.{model.table}"))

    def find(self, value: Any, near: ModelSource | str = "") -> Model | None:
        """Return the model that a value stands for.

        Args:
            value: a model, or its name.
            near: a model, or the package, where a name is looked up first.
        """
        if isinstance(value, (ClassRef, ModelRef)):
            return self.models.get(self._names.get(value, ""))
        name = value.name if isinstance(value, ModelName) else value
        if not isinstance(name, str):
            return None
        homes = self._homes.get(name, [])
        package = near if isinstance(near, str) else near.package
        wanted = [(package, "") if isinstance(near, str) else (package, near.connection)]
        wanted += [home for home in homes if home[0] == package]
        number = next((homes.index(home) for home in wanted if home in homes), 0)
        return self.models.get(f"{name}#{number}" if number else name)

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
        found = world.find(target, model.source) or (world.find(source.name, source) if source else None)
        target = found.table if found else None
        schema, name = (found.schema_for(model), found.name) if found else (schema, None)
    elif isinstance(target, dict):
        schema, target = target.get("schema") or PUBLIC, target.get("tableName")
    if not isinstance(target, str):
        reason = target.reason if isinstance(target, Unknown) else "references names no table"
        world.unread.append(
            Unread(column.site, "unread", reason, f"{model.schema}.{model.table}.{column.name}")
        )
        column.options.pop("references", None)
        column.doubts.add("foreign key")
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
