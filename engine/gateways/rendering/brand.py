"""Who a message or a page comes from."""

import re
from dataclasses import dataclass

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Brand:
    """`colour` is `#rrggbb`, dark enough for white letters on it; `footer` a line such as the postal address."""

    name: str
    footer: str = ""
    colour: str = "#17594a"

    def __post_init__(self) -> None:
        if not _COLOUR.fullmatch(self.colour):
            raise ValueError(f"{self.colour!r} is not a colour such as #17594a")
