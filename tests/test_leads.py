"""Leads from sources: what is taken for one, and what is not."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import MakeDatabase
from tests.scenarios import outcome_of
from workbench.declared.leads import read_leads
from workbench.findings import Status
from workbench.server import Server

SERVICE = """
import { Transaction } from 'sequelize';
const TABLE = 'users';
export class Service {
  async list(ids: string[]) {
    for (const id of ids) { await User.findByPk(id); }
    return Promise.all(ids.map(async (id) => { const u = await this.users.findOne({ where: { id } }); return u; }));
  }
  async good(ids: string[]) {
    const users = await User.findAll({ where: { id: ids } });
    while (true) { const page = await User.findAll({ limit: 10, offset: 3 }); if (!page.length) break; }
    ids.find((id) => id === 'x');
    return users.map((user) => user.name);
  }
  async raw(name: string) {
    await this.sequelize.query(`SELECT * FROM users WHERE name = '${name}'`);
    await this.sequelize.query('DELETE FROM users WHERE name = ' + name);
    await this.sequelize.query(`SELECT * FROM ${TABLE} WHERE name = :name`, { replacements: { name } });
    await this.router.query(`hello ${name}`);
    await this.sequelize.transaction({ isolationLevel: Transaction.ISOLATION_LEVELS.SERIALIZABLE }, async () => 1);
    await prisma.$transaction([], { isolationLevel: Prisma.TransactionIsolationLevel.ReadCommitted });
    await other({ isolationLevel: level });
  }
}
"""

WRITTEN_OTHERWISE = """
const ORDER = { name: 'ASC' };
function find(db, id) { return db.users.findOne({ where: { id } }); }
export class Reports {
  contacts = async (studentId) => this.model.findAll({ where: { studentId } });
  async all(reports) {
    for (const report of reports) { await this.contacts(report.studentId); }
    await Promise.all(reports.map((report) => find(this.db, report.id)));
    for (const row of await this.contacts(1)) { console.log(row); }
    return this.contacts(reports[0].studentId);
  }
  async pages() { for (;;) { const page = await this.page(); if (!page) return; } }
  async search(name, desc, ids) {
    let sql = `SELECT * FROM users WHERE name = '${name}'`;
    await this.db.query(sql);
    let more = 'SELECT * FROM users WHERE true';
    if (name) more += " AND name = '" + name + "'";
    await this.db.query({ text: more, values: [] });
    await knex('users').whereRaw(`name = '${name}'`);
  }
  async sound(name, desc, ids, limit) {
    const order = desc ? 'DESC' : 'ASC';
    await this.db.query(`SELECT * FROM users ORDER BY name ${order} LIMIT ${Number(limit)}`);
    const marks = `$${ids.length}`;
    await this.db.query(`SELECT * FROM users WHERE name = $${ids.length + 1}`, [name]);
    await this.db.query('SELECT * FROM users WHERE name = ' + this.sequelize.escape(name));
    await this.db.query({ text: 'SELECT * FROM users WHERE name = $1', values: [name] });
    await prisma.$queryRaw`SELECT * FROM users WHERE name = ${name}`;
    await knex('users').whereRaw('name = ?', [name]);
  }
}
"""


def test_leads_are_told_from_plain_code(tmp_path: Path) -> None:
    (tmp_path / "service.ts").write_text(SERVICE)
    leads = read_leads(tmp_path)
    found = leads[leads["is_lead"]][["kind", "line", "function_name", "value"]].values.tolist()
    assert found == [
        ["finder", 6, "list", "loop"],
        ["finder", 7, "list", "map"],
        ["sql", 16, "raw", "name"],
        ["sql", 17, "raw", "name"],
    ]
    assert sorted(leads[leads["kind"] == "isolation"]["value"]) == ["READ_COMMITTED", "SERIALIZABLE"]
    assert leads["kind"].value_counts()["finder"] == 4


def test_leads_are_found_through_variables_and_functions(tmp_path: Path) -> None:
    (tmp_path / "reports.js").write_text(WRITTEN_OTHERWISE)
    leads = read_leads(tmp_path)
    found = leads[leads["is_lead"]][["kind", "line", "value"]].values.tolist()
    assert found == [
        ["finder", 7, "loop, a finder inside"],
        ["finder", 8, "map, a finder inside"],
        ["sql", 15, "name"],
        ["sql", 18, "name"],
        ["sql", 19, "name"],
    ]


def test_leads_become_findings(pg18: Server, make_database: MakeDatabase, tmp_path: Path) -> None:
    (tmp_path / "service.ts").write_text(SERVICE)
    target = make_database(pg18, "select 1", sources=str(tmp_path))
    loops = outcome_of(target, "finder_in_loop", rows=True)
    assert (loops.examined, len(loops.findings), len({f.fingerprint for f in loops.findings})) == (4, 2, 2)
    assert len(outcome_of(target, "interpolated_sql", rows=True).findings) == 2
    (mixed,) = outcome_of(target, "mixed_isolation_levels", rows=True).findings
    assert mixed.evidence["levels"] == {"READ_COMMITTED": 1, "SERIALIZABLE": 1}


def test_without_sources_leads_are_not_examined(pg18: Server, make_database: MakeDatabase) -> None:
    outcome = outcome_of(make_database(pg18), "finder_in_loop", rows=True)
    assert outcome.status is Status.NOT_APPLICABLE
    assert "targets.toml" in outcome.not_examined[0].reason
