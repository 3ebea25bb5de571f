"""The prototypes are those of the table of exports."""

import subprocess
import sys

import pytest
from room import ROOT


@pytest.mark.parametrize("library,module", [("librados", "rados"), ("librbd", "rbd")])
def test_prototypes_are_current(library, module):
    made = subprocess.run([sys.executable, ROOT / "python/prototypes.py", library], check=True, capture_output=True, text=True).stdout

    assert made == (ROOT / f"python/{module}/_functions.py").read_text(), f"run: python/prototypes.py {library} > python/{module}/_functions.py"
