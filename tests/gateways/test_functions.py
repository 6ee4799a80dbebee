"""Functions of plug-ins: found by their name, called in a process of their own, and never longer than they may."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from engine.gateways.functions import Functions
from engine.gateways.rendering import RenderFailed

PLUGIN = """
def double(amount): return {"amount": amount * 2}
def raises(): raise ValueError("no such customer")
def loops():
    while True: pass
def allocates(): return len("x" * 10**12)
"""
NAMES = ("double", "raises", "loops", "allocates")


@pytest.fixture
async def functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Functions]:
    """The functions of a package that is installed beside Baton."""
    (tmp_path / "plugin.py").write_text(PLUGIN)
    about = tmp_path / "plugin-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n")
    registered = "\n".join(f"{name} = plugin:{name}" for name in NAMES)
    (about / "entry_points.txt").write_text(f"[baton.functions]\n{registered}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    pool = Functions(seconds=2)
    yield pool
    await pool.aclose()


async def test_a_function_gets_typed_values_and_gives_them(functions: Functions) -> None:
    assert await functions.call("double", {"amount": Decimal("1.10")}) == {"amount": Decimal("2.20")}


@pytest.mark.parametrize(
    ("name", "codes", "words"),
    [
        ("raises", {"function_error"}, "no such customer"),
        ("loops", {"too_slow"}, "2 seconds"),
        ("allocates", {"too_big", "crashed"}, "memory"),
        ("missing", {"unknown_function"}, "missing"),
    ],
)
async def test_what_goes_wrong_ends_there_and_the_next_call_works(
    functions: Functions, name: str, codes: set[str], words: str
) -> None:
    with pytest.raises(RenderFailed, match=words) as problem:
        await functions.call(name, {})
    assert problem.value.code in codes
    assert await functions.call("double", {"amount": 2}) == {"amount": 4}
