"""How fast dcprops is, beside what one would use or write without it. `python -m benchmarks --help` says how to run."""
