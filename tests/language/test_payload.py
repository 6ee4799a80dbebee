"""Where something stands in what another system sends."""

from typing import Any

import pytest

from engine.language.payload import dig, parts

SENT = {
    "type": "x",
    "a.b": 1,
    "list": [{"ref": "one", "n": {"id": 7}, "v": "first"}, {"ref": "two", "n": {"id": 8}, "ok": True, "v": "second"}],
    "named values": {"Your name": ["Ann"]},
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".", SENT),
        ("type", "x"),
        ("a.b", 1),
        ("list.1.v", "second"),
        ("list[ref=two].v", "second"),
        ("list[n.id=7].v", "first"),
        ("list[ok=true].v", "second"),
        ("named values.Your name.0", "Ann"),
        ("list.9.v", None),
        ("list[ref=three].v", None),
        ("type.more", None),
    ],
)
def test_a_path_finds_what_stands_there_or_nothing(path: str, found: Any) -> None:
    assert dig(SENT, path) == found


@pytest.mark.parametrize("path", ["a..b", ".a", "a.", "a[b]", "a]b", "[", "a[=b]"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is not a path"):
        parts(path)
