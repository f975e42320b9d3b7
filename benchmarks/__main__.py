"""Run all benchmarks, or those that are named: ``make bench ARGS=capture``."""

from __future__ import annotations

import argparse
import importlib
import pkgutil

import benchmarks

names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name != "__main__"]
# The other modules make what the benchmarks are taken on.
runnable = [name for name in names if hasattr(importlib.import_module(f"benchmarks.{name}"), "main")]
parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(runnable)} [all]")
chosen = parser.parse_args().names
if unknown := sorted(set(chosen) - set(runnable)):
    parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(runnable)}")
for name in chosen or runnable:
    print(f"== {name}", flush=True)
    importlib.import_module(f"benchmarks.{name}").main()
