"""What associations add to models: injected columns, references and their default actions.

Restates ``associations/*.js`` of sequelize 6.37 and the look-up of ``@ForeignKey`` of sequelize-typescript 2.1.
The first association that reaches a column decides its key; so the order of the models can decide the action.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.declared.javascript.values import UNDEFINED, ClassRef, JsObject, Site, Unknown, is_model
from workbench.declared.models.doubts import is_open, of_association
from workbench.declared.models.effective import Column, ForeignKey, Model
from workbench.declared.models.inflection import camelize, singularize
from workbench.declared.models.rules import World
from workbench.declared.models.written import AssociationSource, ModelSource, Unread


class RefusedError(Exception):
    """Sequelize throws here."""


@dataclass
class Made:
    """One association that was made, and on which column of which model it relies."""

    source: AssociationSource
    model: Model
    target: Model | None
    alias: str = ""
    foreign_key: str = ""
    holder: Model | None = None
    injects: bool = False
    through: Model | None = None
    other_key: str = ""
    names_foreign_key: bool = False
    options: dict[str, Any] = field(default_factory=dict)


def associate(world: World, ordered: Sequence[ModelSource]) -> None:
    """Make all associations in the order that Sequelize would: model by model, then those made apart."""
    calls: list[tuple[ModelSource | None, AssociationSource]] = []
    calls += [(source, one) for source in ordered for one in source.associations]
    calls += [(None, one) for one in world.sources.associations]
    for source, one in calls:
        holder = world.find(source.name, source) if source is not None else None
        if holder is not None and holder.source is not source:
            continue  # a later model of the same name took its place
        near = source or world.sources.package_of(one.site[0])
        model = holder if one.model is None else world.find(one.model, near)
        if model is None:
            reason = f"{one.kind}: the model {getattr(one.model, 'name', '')} that declares it was not read"
            world.unread.append(Unread(one.site, "unread", reason))
        else:
            _make(world, model, one)


def _make(world: World, model: Model, one: AssociationSource) -> None:
    target = world.find(one.target, model.source)
    made = Made(one, model, target, alias=_text(one.options.get("as")), options=dict(one.options))
    given = one.options.get("foreignKey")
    named = isinstance(given, str) or (isinstance(given, dict) and bool(given.get("name")))
    made.names_foreign_key = named or "column" in of_association(one.options)
    world.made.append(made)
    if target is None:
        reason = (
            one.target.reason if isinstance(one.target, Unknown) else "its target is no model that was read"
        )
        # A class that was seen and has no @Table makes Sequelize throw; what lies elsewhere may well be a model.
        seen = isinstance(one.target, ClassRef) and not one.target.file.startswith("../")
        text = f"{one.kind} of {model.name}: {reason}"
        world.unread.append(Unread(one.site, "refused" if seen else "unread", text, _path(model)))
        return
    try:
        if made.alias and made.alias in model.aliases:
            raise RefusedError(f"the alias {made.alias} is used in two associations")
        if model.form == "decorators" and one.kind != "belongsToMany":
            _look_up_key(world, made, model, target)
        _BY_KIND[one.kind](world, made, model, target)
        model.aliases.add(made.alias)
        if made.alias in model.columns:
            raise RefusedError(f"the alias {made.alias} is also the name of an attribute")
    except RefusedError as error:
        guess = "columns" in model.doubts | target.doubts or "column" in of_association(made.options)
        end = "as far as it was read" if guess else "Sequelize refuses it"
        reason = f"{one.kind} of {model.name}: {error}: {end}"
        world.unread.append(Unread(one.site, "unread" if guess else "refused", reason, _path(model)))


def _look_up_key(world: World, made: Made, model: Model, target: Model) -> None:
    """Take the key from ``@ForeignKey`` where the association names none; Sequelize itself would derive one."""
    holder, related = (model, target) if made.source.kind == "belongsTo" else (target, model)
    made.options["foreignKey"] = _key_options(world, related, holder, made.options.get("foreignKey"))


def _key_options(world: World, related: Model, holder: Model | None, given: Any) -> dict[str, Any]:
    options: dict[str, Any] = dict(given) if isinstance(given, dict) else {}
    if isinstance(given, str):
        options["name"] = given
    if not options.get("name") and holder is not None:
        for note in holder.source.notes:
            if world.find(note.target, holder.source) is related:
                options["name"] = note.attribute
                break
    if not isinstance(options.get("name"), str):
        where = holder.name if holder is not None else "the through table"
        raise RefusedError(f"no foreign key for {related.name} on {where}")
    return options


def _split_key(given: Any) -> tuple[str, dict[str, Any]]:
    """Return the attribute's name and its further options from a ``foreignKey`` option."""
    if isinstance(given, dict):
        name = given.get("name") or given.get("fieldName")
        return (name if isinstance(name, str) else ""), dict(given)
    return (given, {}) if isinstance(given, str) else ("", {})


def _belongs_to(world: World, made: Made, model: Model, target: Model) -> None:
    made.alias = made.alias or target.singular
    name, extra = _split_key(made.options.get("foreignKey"))
    primary = _primary(target)
    made.foreign_key = name or camelize(f"{made.alias}_{primary.name}")
    target_key = _key_column(target, made.options.get("targetKey"), primary, "targetKey")
    made.holder, options = model, made.options
    _inject(world, made, model, target, target_key, extra, "NO ACTION", options)


def _has(world: World, made: Made, model: Model, target: Model) -> None:
    many = made.source.kind == "hasMany"
    name, extra = _split_key(made.options.get("foreignKey"))
    primary = _primary(model)
    base = model.singular if many else singularize(made.alias or model.name)
    made.alias = made.alias or (target.plural if many else target.singular)
    made.foreign_key = name or camelize(f"{base}_{primary.name}")
    source_key = _key_column(model, made.options.get("sourceKey"), primary, "sourceKey")
    made.holder = target
    _inject(world, made, target, model, source_key, extra, "CASCADE", made.options)


def _primary(model: Model) -> Column:
    if not model.primary:
        raise RefusedError(f"{model.name} has no primary key")
    return model.primary[0]


def _key_column(model: Model, given: Any, primary: Column, option: str) -> Column:
    if not isinstance(given, str) or not given:
        return primary
    if given not in model.columns:
        raise RefusedError(f"{option} names {given}, which {model.name} does not have")
    return model.columns[given]


def _inject(
    world: World,
    made: Made,
    holder: Model,
    referenced: Model,
    key: Column,
    extra: Mapping[str, Any],
    when_not_null: str,
    options: Mapping[str, Any],
) -> None:
    """Merge the association's column under the declared one, as ``_injectAttributes`` does."""
    new: dict[str, Any] = {"type": options.get("keyType") or key.get("type"), "allowNull": True, **extra}
    existing = holder.columns.get(made.foreign_key)
    constrained = options.get("constraints", UNDEFINED) is not False
    on_delete, on_update = _action(options.get("onDelete")), _action(options.get("onUpdate"))
    written = on_delete, on_update
    if constrained:
        nullable = (existing.get("allowNull") if existing is not None else new["allowNull"]) is True
        on_delete = on_delete or ("SET NULL" if nullable else when_not_null)
        on_update = on_update or "CASCADE"
    reference = None
    if constrained or on_delete or on_update:
        keys = [column.column for column in referenced.primary]
        if len(keys) == 1 or key.column not in keys:
            reference = ForeignKey(
                referenced.schema_for(holder),
                referenced.table,
                key.column,
                made.source.kind,
                made.source.site,
                referenced.name,
            )
            new["onDelete"], new["onUpdate"] = on_delete or UNDEFINED, on_update or UNDEFINED
    made.injects = existing is None
    column = existing or Column(made.foreign_key, {}, made.source.site, "association")
    holder.columns[made.foreign_key] = column
    column.doubts |= _doubts(made, holder, existing, column)
    _merge_defaults(column, new, reference, written)
    holder.refresh()


def _doubts(made: Made, holder: Model, existing: Column | None, column: Column) -> set[str]:
    """Return what an association leaves open of its column."""
    doubts = of_association(made.options)
    if existing is not None:
        doubts -= {"name", "column"}
    elif "columns" in holder.doubts:
        doubts |= {"name", "nullability"}
    by_null = _action(made.options.get("onDelete")) is None and _action(column.get("onDelete")) is None
    if by_null and "nullability" in column.doubts | doubts:
        doubts.add("action")
    return doubts


def _merge_defaults(
    column: Column,
    new: Mapping[str, Any],
    reference: ForeignKey | None,
    written: tuple[str | None, str | None],
) -> None:
    """Fill what the declared column leaves undefined; note whose actions they are."""
    before = {name: _action(column.get(name)) for name in ("onDelete", "onUpdate")}
    for name, value in new.items():
        if column.get(name) is UNDEFINED and name not in ("name", "fieldName"):
            column.options[name] = UNDEFINED if is_open(value) and name != "type" else value
    if column.key is None:
        if reference is None:
            return
        column.key = reference
        column.key.written_on_delete = before["onDelete"]
        column.key.written_on_update = before["onUpdate"]
    if before["onDelete"] is None and reference is not None:
        column.key.written_on_delete = written[0]
    if before["onUpdate"] is None and reference is not None:
        column.key.written_on_update = written[1]


def _belongs_to_many(world: World, made: Made, model: Model, target: Model) -> None:
    options = made.options
    through = options.get("through", UNDEFINED)
    settings: dict[str, Any] = dict(through) if isinstance(through, dict) and through.get("model") else {}
    given = settings.get("model", through)
    if not (isinstance(given, str) or is_model(given)):
        raise RefusedError("belongsToMany needs through: the name of a table or a model")
    through_model = world.find(given, model.source)
    if through_model is None and not isinstance(given, str):
        raise RefusedError("its through model is none that was read")
    if model.form == "decorators":
        written = None if isinstance(given, str) else through_model
        options["foreignKey"] = _key_options(world, model, written, options.get("foreignKey"))
        options["otherKey"] = _key_options(world, target, written, options.get("otherKey"))
    is_self = model is target
    if is_self and not made.alias:
        raise RefusedError("a many-to-many association of a model with itself needs an alias")
    made.alias = made.alias or target.plural
    source_key = _key_column(model, options.get("sourceKey"), _primary(model), "sourceKey")
    target_key = _key_column(target, options.get("targetKey"), _primary(target), "targetKey")
    name, extra = _split_key(options.get("foreignKey"))
    other, other_extra = _split_key(options.get("otherKey"))
    other_base = singularize(made.alias) if is_self else target.singular
    made.foreign_key = name or camelize(f"{model.singular}_{source_key.name}")
    made.other_key = other or camelize(f"{other_base}_{target_key.name}")
    if through_model is None:
        through_model = _implicit(world, made, model, str(given), settings)
    made.through = made.holder = through_model
    paired = next(
        (m for m in world.made if m.through is through_model and m.model is target and m is not made), None
    )
    if paired is not None and not other:
        made.other_key = paired.foreign_key
    if paired is not None and not _split_key(paired.options.get("otherKey"))[0]:
        _rename_other_key(paired, made.foreign_key, through_model)
    _inject_through(
        made, through_model, settings, (model, source_key, extra), (target, target_key, other_extra)
    )


def _rename_other_key(paired: Made, name: str, through: Model) -> None:
    """Let the opposite association use this one's key, dropping the column that it had guessed."""
    if paired.other_key != name:
        through.columns.pop(paired.other_key, None)
        paired.other_key = name


def _implicit(world: World, made: Made, model: Model, name: str, settings: Mapping[str, Any]) -> Model:
    """Define the table between two models that no model declares; it takes over the options of the first."""
    options = JsObject()
    inherited = ("hooks", "timestamps", "scopes", "defaultScope", "indexes", "tableName", "name", "modelName")
    options.update({k: v for k, v in model.options.items() if k not in inherited})
    options.update({k: v for k, v in made.options.items() if k == "timestamps"})
    options.update({"tableName": name, "indexes": [], "paranoid": bool(settings.get("paranoid"))})
    source = ModelSource(model.source.ref, name, "implicit", made.source.site, options=options)
    source.package, source.connection = model.source.package, model.source.connection
    return world.define(source, name, "implicit")


Side = tuple[Model, Column, dict[str, Any]]


def _inject_through(
    made: Made, through: Model, settings: Mapping[str, Any], source: Side, target: Side
) -> None:
    # Sequelize ties both sides to the through model as well, under its name.
    if through.name in {*source[0].aliases, *target[0].aliases, made.alias}:
        raise RefusedError(f"an alias is also the name of the table {through.name}")
    removed = False
    for name, column in list(through.columns.items()):
        if column.is_primary and column.get("_autoGenerated") is True:
            if name in (made.foreign_key, made.other_key):
                column.options["primaryKey"] = False
            else:
                del through.columns[name]
            removed = True
    unique = made.options.get("uniqueKey")
    if not isinstance(unique, str) or not unique:
        unique = f"{through.table}_{made.foreign_key}_{made.other_key}_unique"
    for attribute, (model, key, extra), own_first in (
        (made.foreign_key, source, False),
        (made.other_key, target, True),
    ):
        new: dict[str, Any] = {"type": key.get("type"), **{k: v for k, v in extra.items() if k != "name"}}
        if removed:
            new["primaryKey"] = True
        elif settings.get("unique") is not False:
            new["unique"] = unique
        made.injects = made.injects or attribute not in through.columns
        generated = Column(attribute, {"_autoGenerated": True}, made.source.site, "association")
        column = through.columns.setdefault(attribute, generated)
        column.doubts |= of_association(made.options)
        if made.options.get("constraints", UNDEFINED) is not False:
            _reference_through(made, column, new, model, key, own_first)
        column.options.update(new)
    through.refresh()


def _reference_through(
    made: Made, column: Column, new: dict[str, Any], model: Model, key: Column, own_first: bool
) -> None:
    """Reference one side; the association's action goes before the column's on the source, after on the target."""
    site: Site = made.source.site
    schema = model.schema_for(made.through or model)
    column.key = ForeignKey(schema, model.table, key.column, "belongsToMany", site, model.name)
    for option in ("onDelete", "onUpdate"):
        own, given = _action(column.get(option)), _action(made.options.get(option))
        chosen = (own or given) if own_first else (given or own)
        new[option] = chosen or "CASCADE"
        if option == "onDelete":
            column.key.written_on_delete = chosen
        else:
            column.key.written_on_update = chosen


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("plural")
    return value if isinstance(value, str) else ""


def _action(value: Any) -> str | None:
    return value.upper() if isinstance(value, str) and value else None


def _path(model: Model) -> str:
    return f"{model.schema}.{model.table}"


_BY_KIND = {"belongsTo": _belongs_to, "hasMany": _has, "hasOne": _has, "belongsToMany": _belongs_to_many}
