"""The command ``workbench``, also as ``python -m workbench``: it hides passwords before all else."""

from __future__ import annotations

import sys

from setproctitle import setproctitle

from workbench.report.scrub import mask_passwords


def main() -> None:
    """Run the command line; its title in the process list, which everybody may read, holds no password."""
    masked = [mask_passwords(argument) for argument in sys.argv[1:]]
    if masked != sys.argv[1:]:
        setproctitle(" ".join(["workbench", *masked]))
    # Imported only now: the libraries behind it take a second, for which the password would stand there.
    from workbench import cli

    cli.main()


if __name__ == "__main__":
    main()
