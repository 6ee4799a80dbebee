"""An amount of money in one currency."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from engine.language.locales import written_money

SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥"}
WHOLE_CURRENCIES = frozenset({"JPY", "KRW", "CLP", "VND", "ISK"})  # these have no minor unit
MAX_AMOUNT = Decimal(10) ** 18


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` is exact; `currency` an ISO 4217 code. `str()` is for people: `£12,000.00`."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        shown = rounded(self.amount, self.currency)
        if there := written_money(shown, self.currency, SYMBOLS.get(self.currency, "")):
            return there
        sign = "-" if self.amount < 0 else ""
        figure = f"{rounded(abs(self.amount), self.currency):,f}"
        symbol = SYMBOLS.get(self.currency)
        return f"{sign}{symbol}{figure}" if symbol else f"{sign}{self.currency} {figure}"


def places(currency: str) -> int:
    """How many decimal places amounts of this currency have."""
    return 0 if currency in WHOLE_CURRENCIES else 2


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount as it is printed, half a penny upwards."""
    return amount.quantize(Decimal(1).scaleb(-places(currency)), rounding=ROUND_HALF_UP)
