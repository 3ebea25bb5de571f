import pytest
from room import MODULES


@pytest.fixture
def own(room, monkeypatch):
    """Runs code with our modules in a fresh process: own(code, *arguments) returns what it printed."""
    monkeypatch.setenv("PYTHONPATH", str(MODULES))
    return room.python
