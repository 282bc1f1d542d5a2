"""Run the benchmarks named, or all."""

from __future__ import annotations

import sys

from bench import browser, certificates, pages, served, submits
from bench.table import show

BENCHES = {
    "pages": pages.measure,
    "certificates": certificates.measure,
    "submits": submits.measure,
    "served": served.measure,
    "browser": browser.measure,
}


def main(names: list[str]) -> int:
    """Run them and print one table; 1 when a bar is missed, 2 for a name that is none."""
    if unknown := [name for name in names if name not in BENCHES]:
        sys.stderr.write(f"no benchmark is called '{unknown[0]}'; there are {', '.join(BENCHES)}\n")
        return 2
    figures = []
    for name in names or BENCHES:
        sys.stderr.write(f"{name} …\n")
        figures += BENCHES[name]()
    return 0 if show(figures) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
