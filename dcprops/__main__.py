"""`python -m dcprops`: the command line."""

import sys

from dcprops.cli import main

if __name__ == "__main__":
    sys.exit(main())
