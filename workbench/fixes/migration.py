"""The steps of a plan as one Sequelize migration, which can be broken off, gone on with and taken back.

Statements commit one by one, because CONCURRENTLY cannot run in a transaction. So that a failure in the middle
leaves no riddle, the migration notes each statement in a table of its own, in the transaction of the statement
where it has one, and drops the table when nothing is left to do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from string import Template

from workbench.fixes.planning import Step
from workbench.fixes.statements import new_indexes, runs_alone
from workbench.naming import qualified

_MIGRATION = Template(r"""'use strict';

// $count steps$target. Statements commit one by one, because CONCURRENTLY cannot run in a transaction; until
// all are done, the table $table notes those that are.
// If up fails, mend the cause and run db:migrate again: it goes on with the statement that failed. To take
// back what is done instead, INSERT INTO "SequelizeMeta" (name) VALUES ('the name of this file') and run
// db:migrate:undo. If down fails, run db:migrate:undo again.
// A statement that does not get its lock within 5 seconds fails, rather than hold up all who come after it.
${decide}
const DONE = '$table';

const STEPS = [
$steps];

const DIRECTIONS = { up: STEPS, down: [...STEPS].reverse() };

// A build that failed leaves an invalid index behind, which has to go before the next one.
async function clear(sequelize, index) {
  const lookup = 'SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass(:index) AND NOT indisvalid';
  const [invalid] = await sequelize.query(lookup, { replacements: { index } });
  if (invalid.length) await sequelize.query(`DROP INDEX CONCURRENTLY $${index}`);
}

async function apply(sequelize, statement, note) {
  if (statement.alone) {
    if (statement.index) await clear(sequelize, statement.index);
    // It waits for older transactions and holds up neither reads nor writes meanwhile: no timeout.
    await sequelize.query(statement.sql);
    await sequelize.query(note);
  } else {
    // Sent as one, the three are one transaction.
    await sequelize.query(`SET LOCAL lock_timeout = '5s'; $${statement.sql}\n; $${note}`);
  }
}

async function noted(sequelize, direction) {
  const [[{ there }]] = await sequelize.query(`SELECT to_regclass('$${DONE}') IS NOT NULL AS there`);
  if (!there) {
    await sequelize.query(`CREATE TABLE $${DONE} (direction text, step integer, statement integer)`);
    // A down without notes follows an up that got to its end.
    if (direction === 'down') {
      await sequelize.query(`INSERT INTO $${DONE} SELECT 'up', n, 0 FROM generate_series(1, $${STEPS.length}) AS n`);
    }
  }
  const [rows] = await sequelize.query(`SELECT direction, step, statement FROM $${DONE}`);
  return rows;
}

async function run({ sequelize }, direction) {
  const rows = await noted(sequelize, direction);
  const [ups, downs] = ['up', 'down'].map((name) => rows.filter((row) => row.direction === name));
  if (direction === 'up' && downs.length) throw new Error('down has begun: finish it before up');
  const begun = new Set(ups.map((row) => row.step));
  const mine = direction === 'up' ? ups : downs;
  const done = new Set(mine.map((row) => `$${row.step}.$${row.statement}`));
  for (const step of DIRECTIONS[direction]) {
    const number = STEPS.indexOf(step) + 1;
    if (direction === 'down' && !begun.has(number)) continue;
    for (const [place, statement] of step[direction].entries()) {
      if (done.has(`$${number}.$${place}`)) continue;
      try {
        await apply(sequelize, statement, `INSERT INTO $${DONE} VALUES ('$${direction}', $${number}, $${place})`);
      } catch (error) {
        error.message = `step $${number}, $${step.title}: $${error.message}`;
        throw error;
      }
    }
  }
  await sequelize.query(`DROP TABLE $${DONE}`);
}

/** @type {import('sequelize-cli').Migration} */
module.exports = {
  up: (queryInterface) => run(queryInterface, 'up'),
  down: (queryInterface) => run(queryInterface, 'down'),
};
""")


def sequelize_migration(steps: Sequence[Step], *, target: str = "") -> str:
    """Return the steps as one Sequelize migration with up and down, outside a transaction.

    What people must decide is not in it: a migration runs unattended.
    """
    active = [step for step in steps if step.is_active]
    decide = "".join(
        f"// To decide, and not in here: {one_line(step.title)}: {one_line(step.choice or 'see the SQL script')}\n"
        for step in steps
        if not step.conflict and not step.is_active
    )
    body = "".join(_step(number, step) for number, step in enumerate(active, start=1))
    digest = hashlib.sha256(body.encode()).hexdigest()[:8]
    return _MIGRATION.substitute(
        count=len(active),
        target=f" for {one_line(target)}" if target else "",
        table=f"workbench_fixes_{digest}",
        decide=decide,
        steps=body,
    )


def one_line(text: str) -> str:
    """Return a text that cannot leave its comment line, whatever a name holds."""
    return " ".join(text.split())


def _step(number: int, step: Step) -> str:
    # JSON's strings are JavaScript's; nothing in a name can end one.
    title = json.dumps(one_line(step.title))
    comment = f"  // {number}. Lock: {one_line(step.fix.lock)}\n"
    up, down = (
        "".join(f"      {_statement(one)},\n" for one in listed)
        for listed in (step.statements, step.undo_statements)
    )
    if not step.undo_statements:
        down = f"      // {one_line(step.fix.undo)}\n"
    return f"{comment}  {{\n    title: {title},\n    up: [\n{up}    ],\n    down: [\n{down}    ],\n  }},\n"


def _statement(statement: str) -> str:
    """Return a statement as a JavaScript object: whether no transaction takes it, and the index that it builds."""
    parts = [f"sql: {json.dumps(statement)}"]
    if runs_alone(statement):
        parts.append("alone: true")
        parts += [f"index: {json.dumps(qualified(one.schema, one.name))}" for one in new_indexes(statement)]
    return f"{{ {', '.join(parts)} }}"
