"""Each test here runs twice: with Ceph's own Python modules and with ours, both on our libraries."""

import importlib
import sys

import pytest
from room import MODULES

NAMES = ("rados", "rbd")


@pytest.fixture(autouse=True, params=["ceph", "own"])
def bindings(request, monkeypatch):
    """Which modules the test and the processes it starts use; the names that the test's file imported lead there."""
    if request.param == "own":
        monkeypatch.setenv("PYTHONPATH", str(MODULES))
        monkeypatch.syspath_prepend(str(MODULES))
        for name in [name for name in sys.modules if name.split(".")[0] in NAMES]:
            monkeypatch.delitem(sys.modules, name)
        for name in NAMES:
            module = importlib.import_module(name)
            assert module.__file__.startswith(str(MODULES)), module.__file__
            if hasattr(request.module, name):
                monkeypatch.setattr(request.module, name, module)
    return request.param
