"""PostgreSQL's grammar, guarded: texts that would overrun the parser's stack are refused, not parsed.

libpg_query writes its tree by recursion, and an expression of some ten thousand operators overruns the C stack,
which would end the process. Its scanner does not recurse, so it can tell such a text beforehand.
"""

from __future__ import annotations

from typing import Any

import postgast
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped, unused-ignore]
from google.protobuf.message import DecodeError  # type: ignore[import-untyped, unused-ignore]

_TOO_DEEP = "the SQL is too long or nested too deeply to be read"
_SHORT_LETTERS = 8_000
_LONGEST_LETTERS = 4_000_000
_DEEPEST = 4_000
_SEPARATORS = ("ASCII_44", "ASCII_59")  # comma and semicolon
_LEAVES = ("IDENT", "ICONST", "FCONST", "SCONST", "PARAM", "SQL_COMMENT", "C_COMMENT")


class SqlError(ValueError):
    """The text is no SQL that PostgreSQL would accept, or cannot be read here; the message says which."""


def parse(text: str) -> dict[str, Any]:
    """Return the tree of an SQL text with the field names of libpg_query.

    Raises:
        SqlError: PostgreSQL's grammar does not take it, or it is nested too deeply.
    """
    try:
        tree: dict[str, Any] = MessageToDict(parse_message(text), preserving_proto_field_name=True)
    except RecursionError:
        raise SqlError(_TOO_DEEP) from None
    return tree


def parse_message(text: str) -> Any:
    """Return the tree of an SQL text as libpg_query's ``ParseResult`` message.

    Raises:
        SqlError: PostgreSQL's grammar does not take it, or it is nested too deeply.
    """
    if is_too_deep(text):
        raise SqlError(_TOO_DEEP)
    try:
        return postgast.parse(text)
    except postgast.PgQueryError as error:
        raise SqlError(str(error)) from None
    except (DecodeError, RecursionError):
        raise SqlError(_TOO_DEEP) from None


def is_too_deep(text: str) -> bool:
    """Tell whether a run of tokens without a comma or semicolon, or open brackets, could nest too deeply."""
    if len(text) <= _SHORT_LETTERS:
        return False
    if len(text) > _LONGEST_LETTERS:
        return True
    try:
        tokens = postgast.scan(text).tokens
    except postgast.PgQueryError:
        return True
    run = depth = 0
    for token in tokens:
        name = postgast.pg_query_pb2.Token.Name(token.token)
        if name in _SEPARATORS:
            run = 0
        elif name not in _LEAVES:
            run += 1
        depth += {"ASCII_40": 1, "ASCII_41": -1}.get(name, 0)
        if run > _DEEPEST or depth > _DEEPEST:
            return True
    return False
