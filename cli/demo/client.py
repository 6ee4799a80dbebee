"""Ann, the client: reads her mails, opens their links, answers, signs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import ClassVar

from pypdf import PdfReader

from cli.demo.checks import expect
from cli.demo.house import House
from cli.demo.pages import Browser, Page
from cli.demo.timeline import Timeline


@dataclass(frozen=True)
class Client:
    """One person with a mailbox and a phone."""

    name: str
    email: str
    house: House
    browser: Browser
    timeline: Timeline

    answers: ClassVar[Mapping[str, str]] = {
        "legal_name": "Acme Trading Limited",
        "address": "1 High Street\nLondon EC1A 1AA",
        "seats": "240",
        "sign_in": "Microsoft 365",
        "personal_data": "yes",
    }

    def link(self, subject: str, kind: str) -> str:
        """The link of this kind (`/f/`, `/s/`) in the text of a mail; the same stands behind the mail's button."""
        self.timeline.awaiting(f"{self.name} waits for a mail: {subject}")
        mail = self.house.mail(self.email, subject)
        found = re.findall(rf"{re.escape(self.house.web)}/{kind}/[\w-]+", mail.text)
        expect(bool(found), f"the mail `{subject}` has no link to a page of ours in its text")
        expect(found[-1] in mail.html, f"the mail `{subject}` has another link in its HTML than in its text")
        return str(found[-1])

    def answer_wrongly(self, page: Page) -> tuple[Page, str]:
        """Send a word where a number is asked for; the page that comes back, and what it says there."""
        again = self.browser.send(page, {**self.answers, "seats": "a few"})
        said = again.errors.get("seats", "")
        expect(again.status == 422, f"a wrong answer was answered with {again.status} instead of 422")
        expect(set(again.errors) == {"seats"}, f"the page should complain about the seats, not about {again.errors}")
        kept = again.fields["legal_name"] == [self.answers["legal_name"]] and again.fields["seats"] == ["a few"]
        expect(kept, "the page has lost the answers that were sent with a wrong one")
        return again, said

    def answer(self, page: Page, answers: Mapping[str, str]) -> None:
        """Answer rightly; the page says so, now and whenever it is opened again."""
        sent = self.browser.send(page, answers)
        expect(sent.status == 200 and "Thank you" in sent.text, f"right answers were answered with {sent.status}")
        expect("Thank you" in self.browser.open(page.url).text, "a page that was answered does not say so")

    def sign(self, page: Page) -> bytes:
        """Read the contract, then sign it by typing the name; the PDF."""
        document = self.browser.download(page.link("document.pdf"))
        fingerprint = sha256(document).hexdigest()
        expect(fingerprint in page.text, "the page shows another fingerprint than the contract has")
        unsure = self.browser.send(page, {"typed_name": self.name})
        expect(set(unsure.errors) == {"consent"}, "a signature without consent was taken")
        signed = self.browser.send(page, {"typed_name": self.name, "consent": "yes"})
        expect(signed.status == 200 and "Signed" in signed.text, f"signing was answered with {signed.status}")
        expect(fingerprint in signed.text, "the page after signing does not say which document was signed")
        return document


def text_of(document: bytes) -> tuple[str, int]:
    """The words of a PDF in one line, and how many pages it has."""
    pages = PdfReader(BytesIO(document)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split()), len(pages)
