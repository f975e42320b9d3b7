"""Reading TypeScript and JavaScript without running it: files, names, and what expressions stand for.

- ``sources``: which files there are, each parsed once, with their scopes; ``bindings`` is what they declare,
  import and export, ``aliases`` the module names of tsconfig.json, ``compiled`` what compilers make of it.
- ``syntax``: what a node of the syntax tree says: texts, functions, classes.
- ``evaluate``: what an expression stands for, through scopes, imports and simple functions;
  ``expressions`` holds one function for each kind, ``functions`` what statements do, ``language`` the built-in
  members, ``node`` what Node adds.
- ``values``: what such an answer may be, :class:`~workbench.declared.javascript.values.Unknown` included.
"""
