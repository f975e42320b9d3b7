"""Fixes: the SQL of findings in a safe order, as a script or a Sequelize migration, tried out on a clone.

The target is never written: what is handed over is a text. :func:`workbench.fixes.trial.verify` applies it
to a copy of the schema on a server of its own.
"""

from __future__ import annotations

from workbench.fixes.migration import sequelize_migration
from workbench.fixes.planning import SECTIONS, Step, plan
from workbench.fixes.statements import split_sql, touched
from workbench.fixes.texts import script, undo_script

__all__ = ["SECTIONS", "Step", "plan", "script", "sequelize_migration", "split_sql", "touched", "undo_script"]
