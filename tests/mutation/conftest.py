"""What is made when a module is imported is made again in a test, so that a mutant of what makes it can be met."""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec

import pytest


@pytest.fixture
def anew():
    """Modules by name, run again one after the other, each seeing those before it; nobody else sees them."""

    def run(*names):
        kept = {name: sys.modules[name] for name in names}
        try:
            for name in names:
                spec = find_spec(name)
                sys.modules[name] = module_from_spec(spec)
                spec.loader.exec_module(sys.modules[name])
            return [sys.modules[name] for name in names]
        finally:
            sys.modules.update(kept)

    return run
