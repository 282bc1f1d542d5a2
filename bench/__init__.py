"""The benchmarks: `python -m bench [name …]` prints a table of medians beside their bars."""
