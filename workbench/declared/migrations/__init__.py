"""Sequelize migrations: :func:`read` turns a folder of files into what they do, :func:`frames` into frames.

In the order in which a reading goes:

1. ``files`` finds the migrations and follows up and down by ``script``; ``calls`` turns each call of the query
   interface into ``operations``, ``columns`` its attributes, ``sql`` and ``sql_tables`` its raw SQL.
2. ``schema`` is what the operations result in, ``effects`` what down takes back, ``risks`` what is dangerous.
3. ``coverage`` holds the schema against the declared models, ``plan`` orders what is missing, and ``write``
   writes it.
"""

from __future__ import annotations

from workbench.declared.migrations.reader import FRAMES, Reading, frames, read

__all__ = ["FRAMES", "Reading", "frames", "read"]
