"""Run all benchmarks, or those that are named: ``make bench ARGS=capture``."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks

names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name != "__main__"]
unknown = set(sys.argv[1:]) - set(names)
if unknown:
    sys.exit(f"no benchmark {sorted(unknown)}; there are {', '.join(names)}")
for name in sys.argv[1:] or names:
    print(f"== {name}", flush=True)
    importlib.import_module(f"benchmarks.{name}").main()
