"""Tables and indexes of many shapes, with the history that bloats them, for the truth of a rebuild.

Each shape is plain SQL, made from ``setseed`` and arithmetic, so every run gives the same rows on one
version. ``{t}`` is the shape's table. Statements are separated by lines of ``--;``.
"""

from __future__ import annotations

from dataclasses import dataclass

SERIES = "generate_series(1, 60000) as g"
SHUFFLED = "generate_series(1, 60000) as g order by md5(g::text)"


@dataclass(frozen=True)
class Shape:
    """One table with its indexes and its history.

    ``judges`` says what is compared with a rebuild: ``index``, ``heap`` or both. ``refused`` are the kinds
    of which the estimate has to say that it cannot tell.
    """

    name: str
    sql: str
    judges: tuple[str, ...] = ("index",)
    refused: tuple[str, ...] = ()
    settles: bool = True
    """VACUUM and ANALYZE follow, as autovacuum would see to."""

    def script(self) -> str:
        """Return the statements that make the shape."""
        finish = "--;\nvacuum {t}\n--;\nanalyze {t}" if self.settles else ""
        return ("select setseed(0.42)\n--;\n" + self.sql + finish).replace("{t}", f"shape_{self.name}")


def table(columns: str, select: str, *after: str) -> str:
    """Return CREATE TABLE, INSERT and what follows."""
    steps = [f"create table {{t}} ({columns})", f"insert into {{t}} {select}", *after]
    return "\n--;\n".join(steps) + "\n"


CHURN = "update {t} set k = k + 0 where id % 3 = 0"
QUEUE = tuple(
    step
    for n in range(5)
    for step in (
        f"insert into {{t}} select g, md5(g::text) from generate_series({n} * 20000 + 1, {n + 1} * 20000) as g",
        f"delete from {{t}} where id <= {n} * 20000 + 16000",
        "vacuum {t}",
    )
)
