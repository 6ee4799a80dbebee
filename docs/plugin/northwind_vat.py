"""A plug-in for Baton: one function, typed by its annotations."""

import re
from typing import Literal

from pydantic import BaseModel

SHAPES = {"GB": r"\d{9}(\d{3})?", "DE": r"\d{9}", "FR": r"[A-Z0-9]{2}\d{9}", "IE": r"\d{7}[A-Z]{1,2}"}


class VatNumber(BaseModel):
    """What is known of a number."""

    number: str
    valid: bool
    problem: str | None = None  # why it is not valid


def vat_number(country: Literal["GB", "DE", "FR", "IE"], number: str) -> VatNumber:
    """Whether a VAT number can be one, and how it is written."""
    plain = re.sub(r"[\s.-]", "", number).upper().removeprefix(country)
    problem = _problem(country, plain)
    return VatNumber(number=country + plain, valid=not problem, problem=problem or None)


def _problem(country: str, plain: str) -> str:
    if not re.fullmatch(SHAPES[country], plain):
        return f"A number of {country} does not look like this."
    if country == "GB" and not _check_digits(plain):
        return "Its last two digits do not fit the others. Please type it again."
    return ""


def _check_digits(number: str) -> bool:
    """The two ways in which numbers of the United Kingdom are checked."""
    total = sum(int(digit) * weight for digit, weight in zip(number, range(8, 1, -1), strict=False))
    return (total + int(number[7:9])) % 97 in (0, 42)
