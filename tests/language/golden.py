"""Golden pairs: a file of definitions beside what checking it says. Run as a module to write them anew."""

from pathlib import Path

from activities import STEP_TYPES
from engine.language.compiler import check_file
from engine.language.problems import render

ROOT = Path(__file__).parent.parent / "definitions"
BAD, GOOD = ROOT / "bad", ROOT / "good"


def checked(path: Path) -> str:
    return render(check_file(path, STEP_TYPES))


def pairs() -> list[Path]:
    """The files of `bad` that have findings of their own; the rest is the workspace around them."""
    around = {"people", "connections"}
    alone = [path for folder in ("members", "absences") for path in (BAD / folder).glob("*.yaml")]
    return sorted([p for p in BAD.glob("*.yaml") if p.stem not in around] + alone)


def write() -> None:
    for path in pairs():
        path.with_suffix(".out").write_text(checked(path), encoding="utf-8")


if __name__ == "__main__":
    write()
