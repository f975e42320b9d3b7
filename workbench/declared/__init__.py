"""Declared schemas: what ORM sources say the database should be, in the shapes of the catalog's frames.

``declared.models.read(folder)`` reads Sequelize models in both of its forms, ``declared.migrations.read(folder)``
its migrations; nothing of the project that is read is executed. ``declared.javascript`` is the reading of
TypeScript and JavaScript that the former rests on, and ``declared.collectors`` puts the frames into a snapshot.
Columns named as in the catalog's frames (``queries/*.sql``) mean the same and hold values spelled the same;
:data:`FRAMES` lists all with their types.

- ``declared_tables``: one row per table, those that belongsToMany makes by itself included.
- ``declared_columns``: one row per column of the database, implicit ones (id, timestamps, injected keys) included.
- ``declared_foreign_keys``: one row per key that Sequelize would create, with the actions that result.
- ``declared_indexes``: one row per index, those behind primary keys and unique constraints included.
- ``declared_enums``: one row per enum type.
- ``declared_associations``: one row per association call or decorator, as written.
- ``declared_discarded``: annotations without effect: ``@Index`` beside ``@Table({indexes})``, ``@ForeignKey``
  that no association takes up.
- ``declared_unread``: what could not be read, and what Sequelize itself would refuse.
- ``declared_imports``: which source file uses which, at once or lazily.
- ``registered_models``: one row per model class, and whether a NestJS module or a connection lists it.
- ``registration_problems``: lists, exports and settings that do not do what they seem to.

``file`` is relative to the folder of the models, with forward slashes; ``line`` counts from 1.
"""

from __future__ import annotations

from collections.abc import Mapping

FRAMES: Mapping[str, Mapping[str, str]] = {
    "declared_tables": {
        "schema_name": "text",  # public where the model names none
        "table_name": "text",
        "model": "text",  # name under which Sequelize knows it
        "class_name": "text?",  # class that declares it; null for define() and implicit tables
        "form": "text",  # decorators, init, define, or implicit (a through table nobody declares)
        "file": "text",
        "line": "int8",
        "package": "text",  # folder of its package.json below the folder that is read; empty: that folder's
        "position": "int8",  # in the order in which the models are loaded, from 0
        "primary_key": "text[]",  # columns
        "is_paranoid": "bool",
        "has_timestamps": "bool",
        "is_underscored": "bool",
        "names_table": "bool",  # tableName is written out rather than derived from the model's name
        "created_at_column": "text?",
        "updated_at_column": "text?",
        "deleted_at_column": "text?",
        "comment": "text?",
        "doubts": "text[]",  # parts that are guesses, as in workbench.declared.models.doubts
    },
    "declared_columns": {
        "schema_name": "text",
        "table_name": "text",
        "column_number": "int8",  # from 1, in the order of CREATE TABLE
        "column_name": "text",
        "data_type": "text?",  # as format_type spells it, enum types with schema; null: could not be read
        "type_kind": "text",  # base or enum (also for arrays of it), or unknown
        "enum_name": "text?",  # enum type without schema
        "is_array": "bool",
        "is_not_null": "bool",
        "default_expression": "text?",  # as pg_get_expr spells it, or as written where it is free SQL
        "default_kind": "text",  # none, literal, expression, sequence, client (no default in the database),
        #                          load_time (a value baked in when the module is loaded)
        "default_value": "text?",  # a literal's plain text, without quotes and cast
        "identity": "text?",  # by default, for autoIncrementIdentity
        "is_primary_key": "bool",
        "attribute": "text",  # name in the model
        "origin": "text",  # declared, inherited, implicit (id, timestamps, version) or association (injected)
        "allows_null": "bool?",  # allowNull as written; null when it is not
        "comment": "text?",
        "doubts": "text[]",  # as above
        "model": "text",
        "file": "text",
        "line": "int8",
    },
    "declared_foreign_keys": {
        "constraint_name": "text",  # as PostgreSQL would name it
        "schema_name": "text",
        "table_name": "text",
        "column_names": "text[]",
        "column_types": "text[]",
        "columns_not_null": "bool[]",
        "referenced_schema": "text",
        "referenced_table": "text",
        "referenced_columns": "text[]",
        "on_delete": "text",  # the action that results, NO ACTION where no clause is written
        "on_update": "text",
        "written_on_delete": "text?",  # as written in the deciding place; null when left to the defaults
        "written_on_update": "text?",
        "alternative_on_delete": "text?",  # what results when models load in reverse order, where that differs
        "alternative_on_update": "text?",
        "is_order_dependent": "bool",  # one of the alternatives is there
        "origin": "text",  # belongsTo, hasMany, hasOne, belongsToMany or references: what decided
        "is_deferrable": "bool",
        "is_deferred": "bool",
        "is_enforced": "bool",
        "is_validated": "bool",
        "doubts": "text[]",  # as above
        "attribute": "text",
        "model": "text",
        "referenced_model": "text?",
        "file": "text",
        "line": "int8",
    },
    "declared_indexes": {
        "schema_name": "text",
        "table_name": "text",
        "index_name": "text",
        "access_method": "text",
        "is_unique": "bool",
        "is_primary": "bool",
        "key_columns": "text[]",  # an expression as its text
        "options": "int8[]",  # as indoption: 1 is DESC, 2 is NULLS FIRST
        "predicate": "text?",  # as written, null: none
        "constraint_name": "text?",
        "constraint_type": "text?",  # primary key or unique
        "origin": "text",  # primary key, unique, indexes (model option), decorator or attribute (jsonb, index: true)
        "missing_columns": "text[]",  # key columns that the table does not have: sync() stops there
        "model": "text",
        "file": "text",
        "line": "int8",
    },
    "declared_enums": {
        "schema_name": "text",
        "type_name": "text",  # cut at 63 bytes as PostgreSQL does
        "labels": "text[]",
        "table_name": "text",
        "column_name": "text",
        "source": "text?",  # name of the TypeScript enum or constant that gives the labels
        "model": "text",
        "file": "text",
        "line": "int8",
    },
    "declared_associations": {
        "schema_name": "text",  # of the model that declares it
        "table_name": "text",
        "model": "text",
        "kind": "text",  # belongsTo, hasMany, hasOne or belongsToMany
        "referenced_model": "text",
        "referenced_table": "text?",  # null: it could not be resolved
        "alias": "text?",
        "foreign_key": "text",  # attribute that holds the key, on whichever side it is; empty when not known
        "key_table": "text?",  # table that holds it
        "key_column": "text?",
        "through": "text?",
        "names_foreign_key": "bool",  # foreignKey is written out, or may be in what was not read
        "written_on_delete": "text?",
        "written_on_update": "text?",
        "has_constraints": "bool",  # false: constraints: false
        "is_lazy": "bool",  # the target is required inside the function that names it
        "injects_column": "bool",  # its foreign key names no declared attribute
        "position": "int8",  # in the order in which associations are made, from 0
        "file": "text",
        "line": "int8",
    },
    "declared_discarded": {
        "schema_name": "text",
        "table_name": "text",
        "kind": "text",  # index or foreign key
        "name": "text?",  # name that the index would have
        "column_names": "text[]",
        "referenced_model": "text?",
        "referenced_table": "text?",
        "is_unique": "bool",
        "model": "text",
        "file": "text",
        "line": "int8",
    },
    "declared_imports": {
        "file": "text",
        "imported_file": "text",
        "is_lazy": "bool",  # only inside the function that names the other model
        "line": "int8",
    },
    "registered_models": {
        "model": "text",
        "class_name": "text",
        "schema_name": "text",
        "table_name": "text",
        "category": "text",  # heading comment of the central index or of the imports; else the folder's name
        "is_registered": "bool",  # a list that Sequelize gets holds this very class
        "registered_in": "text?",  # file:line of that list
        "is_exported": "bool",  # the central index exports this very class
        "file": "text",  # relative to the folder of the sources
        "line": "int8",
    },
    "registration_problems": {
        "kind": "text",  # broken import, broken export, synchronize, not loaded, other orm, config or name
        "object": "text",  # class, file or option that it is about
        "reason": "text",
        "file": "text",
        "line": "int8",
    },
    "declared_unread": {
        "file": "text",
        "line": "int8",
        # unread: the reader's limit; refused: Sequelize throws; aborts: sync() stops; ignored: a file left out
        "kind": "text",
        "object": "text",  # schema.table[.column] where known, else empty
        "reason": "text",
    },
}
"""Frame to its columns with their types, in the words of the query headers."""
