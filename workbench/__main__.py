"""The command ``workbench``, also as ``python -m workbench``: it hides passwords before all else."""

from __future__ import annotations

import sys

from setproctitle import setproctitle

from workbench.report.scrub import mask_passwords

INTERRUPTED = 130
"""Exit status after Ctrl-C, as a shell has it: 128 and the number of SIGINT."""


def main() -> None:
    """Run the command line; its title in the process list, which everybody may read, holds no password."""
    masked = [mask_passwords(argument) for argument in sys.argv[1:]]
    if masked != sys.argv[1:]:
        setproctitle(" ".join(["workbench", *masked]))
    try:
        # Imported only now: the libraries behind it take a second, for which the password would stand there.
        from workbench import cli

        cli.main()
    except KeyboardInterrupt:
        # Before the command line itself listens: while libraries are imported.
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
