"""Golden pairs: a file of definitions beside what checking it says. Run as a module to write them anew."""

from pathlib import Path

from activities import STEP_TYPES
from engine.language.compiler import check_file
from engine.language.problems import render
from engine.language.survey import check_everything

ROOT = Path(__file__).parent.parent / "definitions"
BAD, GOOD = ROOT / "bad", ROOT / "good"


def checked(path: Path) -> str:
    return render(check_everything(path, STEP_TYPES).problems if path.is_dir() else check_file(path, STEP_TYPES))


def pairs() -> list[Path]:
    """The files of `bad` that have findings of their own; the rest is the workspace around them."""
    around = {"people", "connections"}
    alone = [
        path for folder in ("members", "absences", "mailboxes", "senders") for path in (BAD / folder).glob("*.yaml")
    ]
    whole = [path for path in (BAD / "workspaces").iterdir() if path.is_dir()]
    return sorted([p for p in BAD.glob("*.yaml") if p.stem not in around] + alone + whole)


def write() -> None:
    for path in pairs():
        path.with_suffix(".out").write_text(checked(path), encoding="utf-8")


if __name__ == "__main__":
    write()
