"""Mail that a provider posts: signed, stored, answered; in this order. Who it is for is found out afterwards."""

from collections.abc import Mapping
from hashlib import sha256

from sqlalchemy import Connection

from engine.desk.answers import Receipt, Refusal
from engine.desk.ground import Ground
from engine.gateways.hooks import NoSecret, NotSigned, Sent, Style, check
from engine.gateways.posted import RFC822, NoMail, posted
from engine.language.connections import Mailbox
from engine.mailroom.accounts import MEGABYTE
from engine.mailroom.boxes import mailboxes_of
from engine.store import health, mails
from engine.store.mails import Incoming, mail_id

_NEEDED = ("webhook-id", "webhook-timestamp", "webhook-signature")


class PostedMail(Ground):
    def mail_limit(self, mailbox: str, headers: Mapping[str, str]) -> int:
        """How many bytes a request to this mailbox may have. Raises Refusal before any of them is read: 404 for a
        mailbox that nothing is posted to, 401 for a request that is not signed at all."""
        box = self._posted_to(mailbox)
        if missing := [name for name in _NEEDED if not headers.get(name)]:
            raise Refusal(401, f"the header `{missing[0]}` is missing")
        largest = box.largest * MEGABYTE
        # As JSON the mail is base64, with a few words around it.
        return largest if headers.get("content-type", "").startswith(RFC822) else largest * 7 // 5 + 100_000

    async def receive_mail(self, mailbox: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Keep one signed mail (Standard Webhooks). `headers`: names in small letters.

        Raises Refusal with the HTTP status: 404 for a mailbox that nothing is posted to, 401 for a bad signature or
        time, 400 for what is no mail, 413 for one that is too large, 503 while the secret is not set. The same
        `webhook-id` counts once.
        """
        box = self._posted_to(mailbox)
        await self._signed(mailbox, box, Sent(headers, body, {}))
        try:
            mail = posted(headers.get("content-type", ""), body)
        except NoMail as problem:
            raise await self._refused_mail(mailbox, 400, str(problem)) from problem
        if len(mail.raw) > box.largest * MEGABYTE:
            raise await self._refused_mail(mailbox, 413, f"the mail is larger than {box.largest} MB")
        # The id says nothing of the message: it is the provider's, and ours are in logs.
        source_id = sha256(headers["webhook-id"].encode()).hexdigest()
        now = self.clock()
        incoming = Incoming(mailbox, source_id, mail.raw, now, mail.sender, mail.recipients)

        def keep(c: Connection) -> bool:
            health.seen(c, f"mailbox/{mailbox}", now, 0.0)
            return mails.keep(c, incoming)

        kept = await self.store.write(keep)
        return Receipt(mail_id(incoming), duplicate=not kept)

    def _posted_to(self, mailbox: str) -> Mailbox:
        found = mailboxes_of(self.settings)().get(mailbox)
        if found is None or found.type != "webhook":
            raise Refusal(404, f"nothing is posted to a mailbox called `{mailbox}`")
        return found

    async def _signed(self, mailbox: str, box: Mailbox, sent: Sent) -> None:
        secret = self.settings.secret(box.secret or "")
        try:
            check(Style(), (secret,) if secret else (), sent, self.clock())
        except NoSecret as problem:
            raise await self._refused_mail(mailbox, 503, f"{box.secret} {problem}") from problem
        except NotSigned as problem:
            raise await self._refused_mail(mailbox, 401, str(problem)) from problem

    async def _refused_mail(self, mailbox: str, status: int, why: str) -> Refusal:
        """A refusal that the mailbox's health remembers until the next mail that is taken."""
        now, said = self.clock(), f"a mail was refused: {why}"
        await self.store.write(lambda c: health.trouble(c, f"mailbox/{mailbox}", said, now))
        return Refusal(status, why)
