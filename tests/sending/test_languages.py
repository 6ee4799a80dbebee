"""A mail in the language of its reader, where there is one."""

from datetime import UTC, datetime

import pytest

from engine.gateways.mail import Mail
from engine.language.locales import chosen, split, tidy
from engine.store import contacts
from tests.mail.house import House

KNOWN = ("welcome", "welcome.de", "welcome.de-CH", "welcome.fr")


async def invited(home: House, locale: str) -> Mail:
    at = datetime.now(UTC)
    await home.store.write(lambda c: contacts.find_or_create(c, "ann@acme.test", locale=locale, at=at))
    await home.start("invites", email="ann@acme.test")
    return home.sent("ann@acme.test")[-1]


@pytest.mark.parametrize(
    ("locale", "subject", "words", "leave"),
    [
        ("", "The fee is €12,000.50", "It begins on Monday, 2 March 2026.", "Unsubscribe"),
        ("pl", "The fee is €12,000.50", "It begins on Monday, 2 March 2026.", "Unsubscribe"),
        ("de", "Es kostet 12.000,50 €", "Es beginnt am Montag, 2. März 2026, also 2. März 2026.", "Abmelden"),
        ("de-CH", "Es kostet 12’000.50 €", "Es beginnt am Montag, 2. März 2026, also 2. März 2026.", "Abmelden"),
        ("fr_FR", "Le prix est de 12 000,50 €", "Cela commence lundi 2 mars 2026.", "Se désabonner"),
    ],
)
async def test_a_mail_is_in_the_language_of_its_reader(
    locale: str, subject: str, words: str, leave: str, home: House
) -> None:
    mail = await invited(home, locale)
    assert mail.subject.replace("\u00a0", " ") == subject
    assert words in mail.text
    assert leave in mail.text
    assert f'<html lang="{tidy(locale) if leave != "Unsubscribe" else "en"}"' in mail.html


async def test_a_mail_that_is_written_anew_stays_in_the_language_of_its_reader(home: House) -> None:
    await home.desk.hold_mail(by="sam")
    at = datetime.now(UTC)
    await home.store.write(lambda c: contacts.find_or_create(c, "ann@acme.test", locale="de", at=at))
    await home.start("invites", email="ann@acme.test")
    (row,) = await home.desk.outbox(to="ann@acme.test")
    await home.desk.edit_message(row.key, body="Es kostet nichts.", by="sam")
    assert '<html lang="de"' in (await home.desk.message(row.key)).html


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("de-CH", "welcome.de-CH"),
        ("de_at", "welcome.de"),
        ("DE", "welcome.de"),
        ("it", "welcome"),
        ("", "welcome"),
        ("../de", "welcome"),
        ("fr-CA", "welcome.fr"),
    ],
)
def test_the_nearest_language_is_chosen(locale: str, name: str) -> None:
    assert chosen("welcome", KNOWN, locale)[0] == name


def test_a_template_that_is_named_with_its_language_stays_as_it_is() -> None:
    assert chosen("welcome.fr", KNOWN, "de") == ("welcome.fr", "fr")
    assert (split("welcome"), split("welcome.de"), split("v1.2")) == (("welcome", ""), ("welcome", "de"), ("v1.2", ""))
