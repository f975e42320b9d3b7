"""A schema whose every name tries something: quoting, markup, SQL, terminal escapes, length, reserved words."""

from __future__ import annotations

from workbench.naming import literal, quote

NAMES = (
    'say "hi"',
    "it's",
    "100%",
    "%s",
    ":name",
    "line\nbreak",
    "<script>window.broken=1</script>",
    "</script><img src=x onerror=window.broken=1>",
    "[link](javascript:window.broken=1)",
    "select",
    "Ünïcödé" + "ß" * 20,
    "日" * 21,
    "back\\slash",
    "semi;colon--",
    "$$dollar$$",
    "{curly}",
    "`tick`",
    "a.b",
    "\x1b[31mred",
    " lead and trail ",
)


def hostile_sql() -> str:
    """Return SQL that makes a parent and a child table of every name, with keys, indexes, enums and comments."""
    statements = []
    for number, name in enumerate(NAMES):
        schema = quote(f"s {number} {name}"[:20]) if number % 5 == 0 else "public"
        if schema != "public":
            statements.append(f"create schema {schema}")
        table, child = f"{schema}.{quote(name)}", f"{schema}.{quote('c' + str(number))}"
        twice = quote("x" + name[:15])
        column, comment = quote(name), literal(f"<b>comment</b> of {name}")
        statements += [
            f"create table {table} ({column} int primary key, other text)",
            f"comment on table {table} is {comment}",
            f"comment on column {table}.{column} is {comment}",
            f"create table {child} ({column} int references {table} on delete cascade, {twice} text)",
            f"create index on {child} ({twice})",
            f"create index {quote('i' + str(number) + name[:15])} on {child} ({twice})",
            f"create type {schema}.{quote('e' + str(number) + name[:15])} as enum ({literal(name)})",
            f"insert into {table} values (1, {literal(name)})",
            f"insert into {child} values (1, {literal(name)})",
        ]
    return "--;".join([*statements, "analyze"])
