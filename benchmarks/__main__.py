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
parser.add_argument("names", nargs="*", choices=[*runnable, []], metavar="NAME", help=", ".join(runnable))
for name in parser.parse_args().names or runnable:
    print(f"== {name}", flush=True)
    importlib.import_module(f"benchmarks.{name}").main()
