"""The person outside whom a case is about. Standard library only: the quick status reads rows that name it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Party:
    """What a case says of its contact. Empty: it does not say."""

    address: str
    name: str = ""
    locale: str = ""
    time_zone: str = ""
