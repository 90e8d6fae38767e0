"""`make bench`: run the benchmarks named, or all that take minutes at most, and keep the results."""

import datetime as dt
import importlib
import json
import os
import pkgutil
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import tests.bench

RESULTS = Path(__file__).parents[2] / "bench" / "results.json"
LIBRARIES = (
    "miner",
    "spacy",
    "natasha",
    "numpy",
    "torch",
    "bertopic",
    "sentence-transformers",
    "scikit-learn",
    "scrapy",
)


def installed(name):
    """Its version; None for one that only some of the benchmarks need."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return {
        "processor": model or platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "python": platform.python_version(),
        "libraries": {name: found for name in LIBRARIES if (found := installed(name))},
    }


def main(wanted):
    modules = [m.name for m in pkgutil.iter_modules(tests.bench.__path__) if not m.name.startswith("_")]
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    for name in modules:
        module = importlib.import_module(f"tests.bench.{name}")
        # Some are commands of their own, run by hand.
        if not hasattr(module, "measure") or (wanted and name not in wanted):
            continue
        print(f"{name} …", flush=True)
        figures = module.measure()
        print(json.dumps(figures, indent=1, ensure_ascii=False), flush=True)
        now = dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
        kept[name] = {"when": now, "machine": machine(), "figures": figures}
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


main(sys.argv[1:])
