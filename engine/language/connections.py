"""connections.yaml: outside systems, mailboxes and senders, as frozen models."""

from typing import Literal

from pydantic import Field

from engine.language.fields import TextField
from engine.language.model import Model, ValueType


class EventField(Model):
    """A field of an event that is called something else, or stands somewhere else, in what is sent."""

    from_: str = Field(alias="from")
    """Where it stands: names joined by dots (`payload.invitee.email`), numbers of items (`answers.0`), and items with a
    certain value (`answers[field.ref=email].email`)."""
    type: ValueType = "text"  # what it becomes


class EventSchema(Model):
    """What one event of a connection carries: field name -> type, nested with dots (`company.name`)."""

    fields: dict[str, ValueType | EventField]
    """Field -> its type; `company.name` is a field inside another. Or field -> where it stands, and its type."""
    sample: str | None = None  # a file below the definitions with what is sent, for `baton webhook test`

    @property
    def types(self) -> dict[str, str]:
        """Field -> its type, wherever it stands in what is sent."""
        return {name: field.type if isinstance(field, EventField) else field for name, field in self.fields.items()}


class Picked(Model):
    """A value of an answer, where its name is not where it stands."""

    from_: str = Field(alias="from")  # where it stands: names and places with dots between them, `data.0.id`
    type: ValueType  # its type


class Pages(Model):
    """A list that comes in pages: they are all fetched, and the step gets one list.

    The step's result has the list as `items`, and `complete`: whether there were no more pages than `max`.
    """

    items: str | None = None  # where each answer has its part of the list, `data`; the answer is the list if not said
    next: str | None = None
    """Where the address of the next page stands, `links.next`; `Link` for the header of that name. Addresses of other
    hosts are not followed."""
    cursor: str | None = None  # where an answer says how the next page is asked for, `meta.next_cursor`
    parameter: str | None = None  # the query parameter that takes the cursor; the last word of `cursor` if not said
    max: int = Field(20, ge=1, le=100)  # most pages that are fetched


class Operation(Model):
    """One HTTP request of a connection. `inputs` are sent as the body, or with GET as the query, where the path does
    not use them; `result` maps names of the step's result to the answer."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"  # HTTP method
    path: TextField  # below the connection's `base_url`
    query: dict[str, TextField] = Field(default_factory=dict)  # behind the `?`; `${ inputs.x }` as in `path`
    body: Literal["json", "form"] = "json"  # how the inputs are written: as JSON, or like a web page's form
    result: dict[str, ValueType | Picked] = Field(default_factory=dict)
    """Field of the JSON answer -> its type; or a name of yours, where it stands (`from`) and its type."""
    pages: Pages | None = None  # the answer is a list in pages; `result` then says what is kept of each entry
    follow_redirects: bool = False
    """Whether to go on where an answer sends us, five times at most. Elsewhere nothing secret goes along."""
    max_kb: int = Field(256, ge=1, le=5120)  # largest answer, in kilobytes


class Connection(Model):
    """An outside system. Secrets are named by environment variable, never written down.

    A `webhook_secret` lets it send events to `/hooks/NAME` (Standard Webhooks, if `verify` says nothing else);
    a `base_url` lets steps call its operations, and a `signing_secret` signs what it is sent; with `notify` steps send
    messages to people there.
    """

    title: str | None = None  # its name as people see it
    webhook_secret: str | None = None  # name of an environment variable
    previous_webhook_secret: str | None = None
    """Name of an environment variable: while a secret is exchanged for another, both count."""
    verify: Literal["standard", "github", "stripe", "shared_secret"] | None = None
    """How a webhook shows who it is from: `standard` (if not said) and `stripe` sign time and body, `github` signs the
    body, with `shared_secret` the secret itself is in a header."""
    secret_header: str | None = None  # the header with the signature or the secret, if it is not the usual one
    secret_query: str | None = None
    """For a sender that cannot set headers: the part of the address that holds the shared secret, `token` for
    `/hooks/NAME?token=...`. Addresses are written into logs, so a header is better."""
    event_from: str | None = None
    """What the event is called: a path in the body (`type`, if not said), `header X-Event`, or `always submitted`."""
    id_from: str | None = None
    """What makes a message the same when it comes twice: a path in the body, `header X-Delivery`, or `content`."""
    data_from: str | None = None  # the part of the body that the fields are in; `data` or all of it, if not said
    expect: str | None = None  # how often something comes, `every 2 hours`; a longer silence is reported
    base_url: str | None = None  # URL or `env:NAME`
    auth: Literal["bearer", "basic", "header", "oauth2"] | None = None
    """How it knows us: a bearer token (`bearer`, what a `token` means by itself), name and password (`basic`), a token
    in a header of its own (`header`), or an access token that is fetched when it is needed (`oauth2`)."""
    token: str | None = None  # for bearer and header: name of an environment variable
    header: str | None = None  # for header: which one, `X-Api-Key`
    username: str | None = None  # for basic: the name, or `env:NAME`
    password: str | None = None  # for basic: name of an environment variable
    token_url: str | None = None  # for oauth2: where access tokens are to be had; URL or `env:NAME`
    client_id: str | None = None  # for oauth2: the id of the application, or `env:NAME`
    client_secret: str | None = None  # for oauth2: name of an environment variable
    scope: str | None = None  # for oauth2: what is asked for, where the provider wants that said
    credentials: Literal["header", "body"] | None = None  # for oauth2: how id and secret go; `header` if not said
    headers: dict[str, str] = Field(default_factory=dict)  # sent with every request: name -> text, or `env:NAME`
    idempotency_header: str = "Idempotency-Key"
    """The header by which it tells a repeat from a new request. `none`: it cannot, so what may have arrived is never
    sent again by itself."""
    signing_secret: str | None = None
    """Name of an environment variable; each request is signed with it by the rules of Standard Webhooks."""
    timeout: int = 20  # seconds for one request
    notify: str | tuple[str, ...] | None = None
    """Where `notify` steps send their messages: name of an environment variable that holds an address of Apprise
    (`slack://...`), or a list of such names."""
    events: dict[str, EventSchema] = Field(default_factory=dict)  # name -> what the event carries
    operations: dict[str, Operation] = Field(default_factory=dict)  # name -> a request that steps may make

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that it names."""
        named = (
            self.webhook_secret, self.previous_webhook_secret, self.token, self.password, self.client_secret,
            self.signing_secret, *((self.notify,) if isinstance(self.notify, str) else self.notify or ()),
        )  # fmt: skip
        written = (self.base_url, self.token_url, self.username, self.client_id, *self.headers.values())
        said = (text.removeprefix("env:") for text in written if text and text.startswith("env:"))
        return tuple(filter(None, (*named, *said)))


MailboxType = Literal["imap", "smtp", "webhook"]


class Mailbox(Model):
    """Where mail comes in. `imap` reads a folder of a mail server; `smtp` lets mail servers deliver to Baton itself;
    `webhook` takes what a mail provider posts to `/mail/NAME`."""

    type: MailboxType  # how its mail gets here
    address: str  # what people write to, `replies@example.com`; `replies+...@example.com` belongs to it too
    title: str | None = None  # its name as people see it
    host: str | None = None  # for imap: the mail server
    port: int | None = None  # for imap: 993, and 143 without `tls: tls`, if not said
    tls: Literal["tls", "starttls", "none"] | None = None  # for imap: `tls` if not said; certificates are checked
    ca: str | None = None  # for imap: a file of certificates to trust, in the workspace, beside those of the machine
    username: str | None = None  # for imap: the address, if not said
    password: str | None = None  # for imap: name of an environment variable
    auth: Literal["password", "oauth2"] | None = None  # for imap: `password` if not said; Google and Microsoft: oauth2
    token_url: str | None = None  # for oauth2: where access tokens are to be had
    client_id: str | None = None  # for oauth2: the id of the application, which is no secret
    client_secret: str | None = None  # for oauth2: name of an environment variable
    refresh_token: str | None = None  # for oauth2: name of an environment variable; without it the application signs in
    scope: str | None = None  # for oauth2: what is asked for, where the provider wants that said
    folder: str | None = None  # for imap: which folder is read; `INBOX` if not said
    existing: Literal["leave", "take"] | None = None
    """For imap: whether mail is taken that lay there before Baton first knew of the mailbox; `leave` if not said."""
    listen: str | None = None  # for smtp: address and port, as in `0.0.0.0:25`
    servers: tuple[str, ...] = ()  # for smtp: which servers or networks may deliver, `192.0.2.7`; all if none
    certificate: str | None = None  # for smtp: a file in the workspace; then STARTTLS is offered
    key: str | None = None  # for smtp: the file of the certificate's key
    secret: str | None = None  # for webhook: name of an environment variable that signs what is posted
    largest: int = 25  # megabytes; of a larger mail only the head is kept, and a sending server is refused
    replies: bool = False  # whether answers to our mails come here: their Reply-To is an address of this mailbox
    authserv: str | None = None  # whose Authentication-Results count; without it no sender is authenticated
    trust: Literal["authenticated", "anyone"] = "authenticated"
    """Whose mail may go on with a case. `anyone` is for closed networks and for trying out."""
    expect: str | None = None  # how often mail comes, `every 2 hours`; a longer silence is reported
    canary: str | None = None
    """How often Baton sends a mail to itself by it, `every 1 hour`; one that does not come back is reported."""


class Sender(Model):
    """A mail account to send from, beside the one of baton.yaml. Without a `host` its mails go through the server of
    baton.yaml, with this address in From."""

    address: str  # what stands in From
    name: str | None = None  # the name beside it; `mail.sender_name` of baton.yaml if not said
    host: str | None = None  # its mail server
    port: int | None = None  # 587, and 465 with `tls: tls`, if not said
    tls: Literal["tls", "starttls", "none"] | None = None  # `starttls` if not said; certificates are checked
    ca: str | None = None  # a file of certificates to trust, in the workspace, beside those of the machine
    username: str | None = None  # who signs in; the address, if not said
    password: str | None = None  # name of an environment variable; without one nobody signs in
    auth: Literal["password", "oauth2"] | None = None  # `password` if not said; Google and Microsoft: oauth2
    token_url: str | None = None  # for oauth2: where access tokens are to be had
    client_id: str | None = None  # for oauth2: the id of the application, which is no secret
    client_secret: str | None = None  # for oauth2: name of an environment variable
    refresh_token: str | None = None  # for oauth2: name of an environment variable; without it the application signs in
    scope: str | None = None  # for oauth2: what is asked for, where the provider wants that said
    rate: str | None = None  # how many mails it sends, `60 per minute`; `mail.rate` of baton.yaml if not said
    rate_per_domain: str | None = None  # the same to any one domain; `mail.rate_per_domain` if not said


_SECRETS_OF_MAIL = ("password", "secret", "client_secret", "refresh_token")


class Connections(Model):
    """Outside systems, mailboxes and senders: definitions/connections.yaml."""

    connections: dict[str, Connection] = Field(default_factory=dict)  # name -> an outside system
    mailboxes: dict[str, Mailbox] = Field(default_factory=dict)  # name -> where mail comes in
    senders: dict[str, Sender] = Field(default_factory=dict)  # name -> an account that mail is sent from

    @property
    def mail_variables(self) -> tuple[str, ...]:
        """The environment variables that mailboxes and senders name."""
        accounts = (*self.mailboxes.values(), *self.senders.values())
        found = (getattr(one, key, None) for one in accounts for key in _SECRETS_OF_MAIL)
        return tuple(str(name) for name in found if name)
