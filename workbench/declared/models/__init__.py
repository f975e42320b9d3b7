"""Sequelize models: :func:`read` turns a folder of sources into the declared frames.

In the order in which a reading goes:

1. ``decorators`` and ``calls`` find the models and associations as they are written (``written``), the former
   in classes of sequelize-typescript, the latter in ``define``, ``init`` and calls of associations.
2. ``rules`` and ``associations`` do what Sequelize does when it initializes them; the result is ``effective``.
   ``types``, ``defaults`` and ``inflection`` restate Sequelize's spelling of types, defaults and plurals.
3. ``tables`` and ``indexes`` write the rows of the frames, with the ``names`` that PostgreSQL would give.

``registration`` tells which models an application hands to Sequelize; ``document`` is the JSON of the command.
"""

from __future__ import annotations

from workbench.declared.models.document import document
from workbench.declared.models.reader import Declared, frame_of, read
from workbench.declared.models.registration import Registration, read_registration

__all__ = ["Declared", "Registration", "document", "frame_of", "read", "read_registration"]
