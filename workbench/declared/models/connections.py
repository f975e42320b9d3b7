"""Connections: what ``new Sequelize(…)`` or a NestJS module says of all models, wherever the project makes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tree_sitter import Node

from workbench.declared.javascript.evaluate import Evaluator
from workbench.declared.javascript.sources import Scope
from workbench.declared.javascript.syntax import text_of
from workbench.declared.javascript.values import (
    ClassRef,
    External,
    FunctionRef,
    JsObject,
    Made,
    Site,
    Unknown,
)
from workbench.declared.models.doubts import ALL_OPTIONS
from workbench.declared.models.written import Sources, Unread

MAKES_CONNECTION = re.compile(rb"new\s+Sequelize\b|\.\s*(forRoot|forRootAsync|addModels)\s*\(")
# What the sole argument is called when it is the address of a server rather than options.
_ADDRESS = re.compile(r"ur[il]\b|conn(ection)?_?string|dsn|sqlite:|memory", re.I)
_HIGHEST = 6


@dataclass(frozen=True)
class Connection:
    """One connection: its options as far as they are known, and where it is made."""

    options: JsObject | Unknown
    site: Site


def connections_of(evaluator: Evaluator, node: Node, scope: Scope) -> Iterator[Connection]:
    """Yield what a call hands over: options, or an unknown value in their place."""
    callee = node.child_by_field_name("constructor") or node.child_by_field_name("function")
    if callee is not None and text_of(callee.child_by_field_name("property")) == "addModels":
        listed = evaluator.arguments(node, scope)[:1]
        if listed and isinstance(listed[0], list):
            options = JsObject()
            options.put("models", listed[0], scope.module.site(node))
            yield Connection(options, scope.module.site(node))
        return
    value = evaluator.value(callee, scope)
    given = node.child_by_field_name("arguments")
    if given is None or not isinstance(value, External) or not any("equelize" in p for p in value.path[-2:]):
        return
    site = scope.module.site(node)
    arguments = [child for child in given.named_children if child.type != "comment"]
    for number, argument in enumerate(arguments):
        options = options_of(evaluator, argument, scope)
        last = number == len(arguments) - 1
        if isinstance(options, JsObject):
            yield Connection(options, site)
        elif last and isinstance(options, (Unknown, Made)):
            address = node.type == "new_expression" and number in (0, 2)
            if not (address and _ADDRESS.search(text_of(argument))):
                reason = options.reason if isinstance(options, Unknown) else text_of(argument)[:60]
                yield Connection(Unknown(reason, site), site)


def options_of(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    """Return the options that an argument stands for; NestJS makes them by a factory, or by a class."""
    options = evaluator.value(node, scope)
    if not isinstance(options, JsObject):
        return options
    factory, made_by = options.get("useFactory"), options.get("useClass")
    if isinstance(factory, FunctionRef):
        return evaluator.call(factory, [])
    if isinstance(made_by, ClassRef):
        found = evaluator.class_member(made_by, "createSequelizeOptions")
        return evaluator.call(FunctionRef(*found), []) if found is not None else options
    return options


def connect(sources: Sources, connections: Sequence[Connection]) -> None:
    """Apply what connections say of all models: ``define`` options, and the order of a list of models.

    The connections of a package hold for its own models; one that makes none takes those of all others.
    """
    packages = {model.package for model in sources.models}
    homes = [sources.package_of(one.site[0]) for one in connections]
    for package in sorted(packages):
        own = [one for one, home in zip(connections, homes, strict=True) if home == package]
        _connect(sources, package, own or connections)


def _connect(sources: Sources, package: str, connections: Sequence[Connection]) -> None:
    defining: Connection | None = None
    open_define = sources.open_define.setdefault(package, set())
    for one in connections:
        options = one.options
        if isinstance(options, Unknown):
            reason = f"the options of a connection, and with them those of all models: {options.reason}"
            _note(sources, one, reason)
            open_define |= ALL_OPTIONS
            continue
        define = options.get("define")
        partly = next((value for key, value in options.items() if key.startswith("...")), define)
        if isinstance(partly, Unknown):
            _note(sources, one, f"a part of a connection's options: {partly.reason}")
            open_define |= ALL_OPTIONS
        if isinstance(define, JsObject):
            if defining is None:
                defining, sources.define[package] = one, define
            elif define != sources.define[package]:
                place = f"{defining.site[0]}:{defining.site[1]}"
                _note(
                    sources,
                    one,
                    f"its define options are not those of {place}, which are taken for all models",
                )
                taken = sources.define[package]
                open_define |= {key for key in ALL_OPTIONS if define.get(key) != taken.get(key)}
        if options.get("quoteIdentifiers") is False:
            _note(sources, one, "quoteIdentifiers: false: PostgreSQL folds every name to lower case")
        listed = options.get("models")
        if isinstance(listed, list) and any(isinstance(model, ClassRef) for model in listed):
            order = {model: number for number, model in enumerate(listed)}
            sources.models.sort(key=lambda model: order.get(model.ref, len(order)))


def _note(sources: Sources, one: Connection, reason: str) -> None:
    sources.unread.append(Unread(one.site, "unread", reason))


def project_around(folder: Path) -> Path | None:
    """Return the project that a folder of models belongs to, where the folder is a part of it only."""
    folder = folder.resolve()
    for above in (folder, *folder.parents[:_HIGHEST]):
        if (above / "package.json").exists():
            return above if above != folder else None
    return None
