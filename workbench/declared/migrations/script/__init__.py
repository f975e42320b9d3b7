"""Following a migration's script from statement to statement, with its branches, loops and handlers.

``follower`` keeps the state; ``statements`` and ``expressions`` hold one function for each kind, ``values`` what
an expression gives.
"""
