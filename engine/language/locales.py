"""Languages of mails: which file of a template is a reader's, and how dates, numbers and money are written there.

`welcome.de.md` stands beside `welcome.md`, and `welcome.de-CH.md` beside both.
"""

import re
from collections.abc import Collection
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

LOCALE: ContextVar[str] = ContextVar("LOCALE", default="")
"""How values are shown now: `de`, `de-CH`; empty as always, in English. Only a rendering process ever sets it."""

_VARIANT = re.compile(r"(?P<base>.+)\.(?P<locale>[a-z]{2,3}(?:-[A-Z]{2})?)")
_WRITTEN = re.compile(r"(?P<language>[A-Za-z]{2,3})(?:[-_](?P<region>[A-Za-z]{2}))?")


@dataclass(frozen=True)
class Manner:
    """How a language writes. `long` and `weekday` have the places day, month, year and name; `short` is for
    `date.strftime`. `thousands` and `point` stand in numbers; money has its currency behind it."""

    months: tuple[str, ...]
    days: tuple[str, ...]
    long: str
    weekday: str
    short: str
    thousands: str
    point: str
    yes: str
    no: str


def _manner(months: str, days: str, long: str, weekday: str, short: str, marks: str, words: str) -> Manner:
    yes, no = words.split()
    return Manner(tuple(months.split()), tuple(days.split()), long, weekday, short, marks[0], marks[1], yes, no)


_PLAIN, _OF = "{day} {month} {year}", "{day} de {month} de {year}"
_MANNERS = {
    "de": _manner(
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        "{day}. {month} {year}", "{name}, {day}. {month} {year}", "%d.%m.%Y", ".,", "ja nein",
    ),
    "es": _manner(
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "lunes martes miércoles jueves viernes sábado domingo",
        _OF, "{name}, " + _OF, "%d/%m/%Y", ".,", "sí no",
    ),
    "fr": _manner(
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        _PLAIN, "{name} " + _PLAIN, "%d/%m/%Y", "\u00a0,", "oui non",
    ),
    "it": _manner(
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
        _PLAIN, "{name} " + _PLAIN, "%d/%m/%Y", ".,", "sì no",
    ),
    "nl": _manner(
        "januari februari maart april mei juni juli augustus september oktober november december",
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        _PLAIN, "{name} " + _PLAIN, "%d-%m-%Y", ".,", "ja nee",
    ),
    "pl": _manner(
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        "poniedziałek wtorek środa czwartek piątek sobota niedziela",
        _PLAIN, "{name}, " + _PLAIN, "%d.%m.%Y", "\u00a0,", "tak nie",
    ),
    "pt": _manner(
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
        _OF, "{name}, " + _OF, "%d/%m/%Y", ".,", "sim não",
    ),
}  # fmt: skip
_MARKS = dict.fromkeys(("de-CH", "de-LI"), ("’", "."))  # noqa: RUF001  where a region writes numbers in another way


def tidy(locale: str) -> str:
    """`de-CH` for `de_ch`; empty where it is no locale."""
    found = _WRITTEN.fullmatch(locale.strip())
    if found is None:
        return ""
    region = f"-{found['region'].upper()}" if found["region"] else ""
    return f"{found['language'].lower()}{region}"


def split(name: str) -> tuple[str, str]:
    """A template's own name and its locale, which is empty for the one that everybody else gets."""
    found = _VARIANT.fullmatch(name)
    return (found["base"], found["locale"]) if found else (name, "")


def variants(name: str, known: Collection[str]) -> tuple[str, ...]:
    """The templates that are this one in other languages."""
    return tuple(other for other in sorted(known) if other != name and split(other)[0] == name)


def chosen(name: str, known: Collection[str], locale: str) -> tuple[str, str]:
    """The template for a reader, and the locale that it is filled in for: `welcome.de-CH`, else `welcome.de`, else
    the one that everybody else gets."""
    own = tidy(locale)
    for one in (own, own.partition("-")[0]):
        if one and f"{name}.{one}" in known:
            return f"{name}.{one}", own
    return name, split(name)[1]


def manner() -> Manner | None:
    """How values are shown now; None: as always."""
    return _MANNERS.get(LOCALE.get().partition("-")[0])


def written_date(day: date, style: str) -> str | None:
    """`long`, `weekday` or `short`; None where nothing is said of the language."""
    found = manner()
    if found is None:
        return None
    if style == "short":
        return day.strftime(found.short)
    words = {"day": day.day, "month": found.months[day.month - 1], "year": day.year}
    return (found.long if style == "long" else found.weekday).format(**words, name=found.days[day.weekday()])


def written_number(number: Decimal, places: int | None = None) -> str:
    """With the marks of the language."""
    text = f"{number:,f}" if places is None else f"{number:,.{places}f}"
    found = manner()
    if found is None:
        return text
    thousands, point = _MARKS.get(LOCALE.get(), (found.thousands, found.point))
    return text.translate({ord(","): thousands, ord("."): point})


def written_money(figure: Decimal, currency: str, symbol: str) -> str | None:
    """`12.000,00 €`; None where nothing is said of the language."""
    return f"{written_number(figure)}\u00a0{symbol or currency}" if manner() else None
