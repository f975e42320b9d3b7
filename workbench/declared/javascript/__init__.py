"""Reading TypeScript and JavaScript without running it: files, names, and what expressions stand for.

- ``sources``: which files there are, each parsed once, and what a file declares, imports and exports.
- ``syntax``: what a node of the syntax tree says: texts, functions, classes.
- ``evaluate``: what an expression stands for, through scopes, imports and simple functions;
  ``expressions`` holds one function for each kind, ``language`` the built-in members.
- ``values``: what such an answer may be, :class:`~workbench.declared.javascript.values.Unknown` included.
"""
