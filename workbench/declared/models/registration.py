"""Which models an application hands to Sequelize: NestJS modules, connections, the central index.

A model counts as registered when a list holds that very class, whatever the name it was imported under, or the
pattern of its file; ``init`` registers by itself. Lists are those of ``SequelizeModule.forFeature``, of ``models``
in ``forRoot``, ``forRootAsync`` and ``new Sequelize``, and of ``addModels``. One that only running would tell may
hold any model, so none counts as missing then.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tree_sitter import Node

from workbench.declared.javascript.evaluate import Evaluator
from workbench.declared.javascript.sources import Library, Module, read_json
from workbench.declared.javascript.syntax import text_of
from workbench.declared.javascript.values import UNDEFINED, ClassRef, FunctionRef, JsObject, Unknown
from workbench.declared.models.calls import CallReader
from workbench.declared.models.connections import connect
from workbench.declared.models.decorators import DecoratorReader
from workbench.declared.models.indexes import Row
from workbench.declared.models.inflection import singularize
from workbench.declared.models.names import clip
from workbench.declared.models.reader import assign_packages
from workbench.declared.models.rules import World
from workbench.declared.models.written import ModelSource, Sources

_LISTS = re.compile(rb"\b(forFeature|forRoot|forRootAsync|addModels)\s*\(|new\s+Sequelize\s*\(")
_OTHER = re.compile(
    r"^(typeorm|@nestjs/typeorm|@mikro-orm/.+|@prisma/client|mongoose|@nestjs/mongoose|objection|bookshelf)$"
)
_OTHER_TEXT = re.compile(rb"typeorm|mikro-orm|@prisma|mongoose|objection|bookshelf")
# A file without any of these has nothing to say here, and need not be parsed.
_RELEVANT = re.compile(
    rb"@Table|\.init\s*\(|\.define\s*\(|forFeature|forRoot|addModels|Sequelize|define\s*:|"
    rb"typeorm|mikro-orm|@prisma|mongoose|objection|bookshelf"
)
_PLAIN_FOLDERS = frozenset(("models", "model", "entities", "entity", "database", "db", "src", "app", "."))


@dataclass
class Registration:
    """What the sources register: rows of the two frames, and the evaluator behind them."""

    models: list[Row] = field(default_factory=list)
    problems: list[Row] = field(default_factory=list)

    def problem(self, kind: str, name: str, reason: str, site: tuple[str, int]) -> None:
        """Note a problem."""
        row = {"kind": kind, "object": name, "reason": reason, "file": site[0], "line": site[1]}
        if row not in self.problems:
            self.problems.append(row)


def read_registration(root: Path) -> Registration:
    """Read the registration of the models below a folder of sources."""
    library = Library(root)
    return _Reader(library, Evaluator(library)).read()


class _Reader:
    def __init__(self, library: Library, evaluator: Evaluator) -> None:
        self.library, self.evaluator = library, evaluator
        self.result = Registration()
        self.registered: dict[ClassRef, str] = {}
        self.exported: set[ClassRef] = set()
        self.categories: dict[ClassRef, str] = {}
        self.patterns: list[tuple[re.Pattern[str], str]] = []
        self.open_list: str | None = None
        self.loads_features: bool | None = None
        self.has_features = False
        self._feature_site = ("", 0)

    def read(self) -> Registration:
        decorated, calls = DecoratorReader(self.evaluator), CallReader(self.evaluator)
        sources = Sources()
        models, connections = sources.models, []
        modules = list(self.library.walk(_is_relevant))
        for module in modules:
            found = calls.read(module)
            connections += found.connections
            models += [
                one for one in [*decorated.models(module), *found.models] if isinstance(one.ref, ClassRef)
            ]
        assign_packages(self.library, models)
        connect(sources, connections)
        refs = {model.ref for model in models}
        # The index knows best what belongs together; then come the headings of the lists' imports.
        for module in sorted(modules, key=lambda one: Path(one.file).stem != "index"):
            self._other_orm(module)
            self._config(module, models)
            if Path(module.file).stem == "index":
                self._index(module, refs)
            if _LISTS.search(module.text):
                self._headings(module, refs)
                self._lists(module.root, module)
        if self.has_features and self.loads_features is False:
            reason = "forFeature collects models, but neither autoLoadModels nor a list of models loads them"
            self.result.problem("not loaded", "autoLoadModels", reason, self._feature_site)
        self._rows(sources)
        self._dependencies()
        return self.result

    def _lists(self, root: Node, module: Module) -> None:
        """Find the calls that hand models over; without recursion, for sources may nest without end."""
        waiting = [root]
        while waiting:
            node = waiting.pop()
            waiting += reversed(node.named_children)
            if node.type not in ("call_expression", "new_expression"):
                continue
            callee = node.child_by_field_name("function") or node.child_by_field_name("constructor")
            name = text_of(callee).rsplit(".", 1)[-1]
            given = node.child_by_field_name("arguments")
            first = given.named_children[0] if given is not None and given.named_children else None
            if name in ("forFeature", "addModels") and first is not None:
                if name == "forFeature":
                    self.has_features, self._feature_site = True, module.site(node)
                self._register(self.evaluator.value(first, module.scope), first, module)
            elif name in ("forRoot", "forRootAsync", "Sequelize") and given is not None:
                self._connection(given, name, module)

    def _connection(self, given: Node, name: str, module: Module) -> None:
        for argument in given.named_children:
            options = self.evaluator.value(argument, module.scope)
            if isinstance(options, JsObject) and isinstance(options.get("useFactory"), FunctionRef):
                options = self.evaluator.call(options["useFactory"], [])
            if isinstance(options, Unknown):
                self._register(options, argument, module)
            if not isinstance(options, JsObject) or ("dialect" not in options and "models" not in options):
                continue
            if options.get("models") not in (None, UNDEFINED):
                self._register(options["models"], argument, module)
            if name == "Sequelize":
                continue
            loads = options.get("autoLoadModels", False) is True
            known = all(
                isinstance(options.get(key, False), (bool, list)) for key in ("autoLoadModels", "models")
            )
            if known and not any(key.startswith("...") for key in options):
                self.loads_features = loads or isinstance(options.get("models"), list)
            if loads and options.get("synchronize", True) is True:
                reason = "autoLoadModels without synchronize: false runs sync() at every start"
                site = options.sites.get("autoLoadModels", module.site(argument))
                self.result.problem("synchronize", name, reason, site)

    def _register(self, listed: Any, node: Node, module: Module) -> None:
        """Note the classes of a list; a name that resolves to nothing hands undefined to Sequelize."""
        names = (
            [child for child in node.named_children if child.type == "identifier"]
            if node.type == "array"
            else []
        )
        for child in names:
            value = self.evaluator.value(child, module.scope)
            if _is_nothing(value):
                reason = f"{text_of(child)} is undefined here: {value.reason}"
                self.result.problem("broken import", text_of(child), reason, module.site(child))
        file, line = module.site(node)
        for value in listed if isinstance(listed, list) else [listed]:
            if isinstance(value, ClassRef):
                self.registered.setdefault(value, f"{file}:{line}")
            elif isinstance(value, str):
                self.patterns.append((_pattern(value, module), f"{file}:{line}"))
            elif not _is_nothing(value):
                self.open_list = self.open_list or f"{file}:{line}"

    def _place(self, source: ModelSource, ref: ClassRef) -> str | None:
        """Return where a model is registered, or may be."""
        if ref in self.registered:
            return self.registered[ref]
        if source.form != "decorators":
            return f"{source.site[0]}:{source.site[1]}"
        return next((at for found, at in self.patterns if found.search(source.site[0])), self.open_list)

    def _index(self, module: Module, refs: set[Any]) -> None:
        exports = {name: self.evaluator.export(module, name) for name in self.evaluator.names_of(module)}
        classes = {value for value in exports.values() if isinstance(value, ClassRef) and value in refs}
        if len(classes) < 2:
            return
        self.exported |= classes
        known = {ref.name.lower(): ref.name for ref in refs}
        for name, value in exports.items():
            if _is_nothing(value):
                right = known.get(name.lower())
                meant = f"; the class is spelt {right}" if right and right != name else ""
                line = _line_of(module, name)
                self.result.problem("broken export", name, f"{value.reason}{meant}", (module.file, line))
        self._headings(module, refs)

    def _headings(self, module: Module, refs: set[Any]) -> None:
        """Take comments above imports and exports as the categories of what follows them."""
        heading, by_name = "", {ref.name.lower(): ref for ref in refs}
        for node in module.root.named_children:
            if node.type == "comment":
                text = text_of(node).strip("/* \n\t=-")
                heading = (
                    text if 0 < len(text) <= 60 and "\n" not in text and not text.endswith(".") else heading
                )
            elif heading and node.type in ("import_statement", "export_statement"):
                for name in re.findall(r"\w+", text_of(node).split(" from ")[0]):
                    bound = module.scope.bindings.get(name) or module.exports.get(name)
                    local = name in module.scope.bindings
                    value = self.evaluator.name(name, module.scope) if local else None
                    if value is None and bound is not None:
                        value = self.evaluator.export(module, name)
                    # A misspelt name resolves to nothing; the class that it means has its category all the same.
                    known = isinstance(value, ClassRef) and value in refs
                    value = value if known else by_name.get(name.lower()) if bound is not None else None
                    if value is not None:
                        self.categories.setdefault(value, heading)

    def _other_orm(self, module: Module) -> None:
        if not _OTHER_TEXT.search(module.text):
            return
        for name, binding in module.scope.bindings.items():
            if binding.kind == "import" and _OTHER.match(binding.spec):
                reason = f"imports {name} from {binding.spec}, beside Sequelize"
                self.result.problem("other orm", binding.spec, reason, (module.file, _line_of(module, name)))

    def _dependencies(self) -> None:
        package = read_json(self.library.root / "package.json") if self.library.root.is_dir() else None
        for key in ("dependencies", "devDependencies"):
            names = package.get(key) if isinstance(package, dict) else None
            for name in names if isinstance(names, dict) else ():
                if _OTHER.match(name):
                    reason = f"{key} still hold {name}, beside Sequelize"
                    self.result.problem("other orm", name, reason, ("package.json", 1))

    def _config(self, module: Module, models: list[ModelSource]) -> None:
        """Hold ``define.underscored`` of a configuration file against what the models say themselves."""
        if not re.search(r"(^|/)[\w.-]*config[\w.-]*\.[mc]?[jt]s$", module.file):
            return
        for name in ("=", "default"):
            exported = self.evaluator.export(module, name) if name in module.exports else None
            for define in _defines(exported):
                given = define.get("underscored")
                against = [m for m in models if isinstance(m.options.get("underscored"), bool)]
                differing = [m for m in against if m.options["underscored"] is not given]
                if isinstance(given, bool) and differing:
                    reason = (
                        f"define.underscored is {str(given).lower()} and {len(differing)} of {len(models)} models "
                        f"say {str(not given).lower()}: columns are spelt one way here and the other way there"
                    )
                    site = define.sites.get("underscored", (module.file, 1))
                    self.result.problem("config", "define.underscored", reason, site)

    def _rows(self, sources: Sources) -> None:
        models, world = sources.models, World(sources)
        for source in models:
            model = world.find(source.name, source)
            file, line = source.site
            ref = source.ref
            if not isinstance(ref, ClassRef):
                continue
            place = self._place(source, ref)
            self.result.models.append(
                {
                    "model": source.name,
                    "class_name": ref.name,
                    "schema_name": model.schema if model else "public",
                    "table_name": clip(model.table) if model else source.name,
                    "category": self.categories.get(ref) or _folder(file),
                    "is_registered": place is not None,
                    "registered_in": place,
                    "is_exported": ref in self.exported,
                    "file": file,
                    "line": line,
                }
            )
            stem = Path(file).name.split(".")[0]
            same = sum(1 for other in models if other.site[0] == file) == 1
            if same and stem != "index" and _plain(stem) != _plain(ref.name):
                self.result.problem("name", ref.name, f"the file is called {Path(file).name}", (file, line))


def _is_nothing(value: Any) -> bool:
    """Tell whether an import gives undefined when the program runs; what is merely not known may be anything."""
    return isinstance(value, Unknown) and re.search(r"does not export|is not there", value.reason) is not None


def _pattern(value: str, module: Module) -> re.Pattern[str]:
    """Return what a folder or a pattern of files in a list matches: ``__dirname + '/**/*.model.ts'``."""
    home = module.path.parent
    path = Path(os.path.normpath(home / value))
    depth = os.path.relpath(path, home)
    base = Path(module.file).parent
    text = Path(os.path.normpath(base / depth)).as_posix().removesuffix(".js").removesuffix(".ts")
    text = re.sub(r"\{[^}]*\}$", "", text)  # the extensions of {.ts,.js}
    parts = [".*" if part == "**" else re.escape(part).replace(r"\*", "[^/]*") for part in text.split("/")]
    return re.compile(rf"^{'/'.join(parts).replace('.*/', '(.*/)?')}(/|\.|$)")


def _plain(name: str) -> str:
    """Return a name without case, separators, number and what only says that it is a model."""
    text = re.sub(r"[^a-z0-9]", "", name.lower())
    return singularize(re.sub(r"(?<=.)(entity|model|schema)s?$", "", text))


def _is_relevant(path: Path, text: bytes) -> bool:
    return path.stem == "index" or _RELEVANT.search(text) is not None


def _defines(value: Any) -> Iterator[JsObject]:
    """Yield the ``define`` options of a configuration and of its environments, equal ones once."""
    seen: list[JsObject] = []
    for one in (value, *(value.values() if isinstance(value, JsObject) else ())):
        define = one.get("define") if isinstance(one, JsObject) else None
        if isinstance(define, JsObject) and define not in seen:
            seen.append(define)
            yield define


def _line_of(module: Module, name: str) -> int:
    found = re.search(rf"\b{re.escape(name)}\b".encode(), module.text)
    return module.text.count(b"\n", 0, found.start()) + 1 if found else 1


def _folder(file: str) -> str:
    parts = [part for part in Path(file).parts[:-1] if part.lower() not in _PLAIN_FOLDERS and part != ".."]
    return parts[-1].replace("-", " ").replace("_", " ").capitalize() if parts else "uncategorised"
