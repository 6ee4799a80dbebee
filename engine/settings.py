"""baton.yaml and the environment, read once and checked.

Every value has one dotted name: `mail.smtp.host` stands so in baton.yaml and is
replaced by the environment variable BATON_MAIL_SMTP_HOST. Standard library and
PyYAML only: `baton status` reads settings too, and has 100 ms for everything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from engine import written
from engine.language.nodes import Broken, Listing, Place, Scalar, Source, Table
from engine.language.problems import Fix, Problem, all_of, certain, in_order, one_of, suggest
from engine.language.rate import Rate
from engine.language.restraint import CLASSES, Cap, Quiet
from engine.language.source import load
from engine.workspace import FILE, kept, secret_key

Environment = Mapping[str, str]


Tls = Literal["none", "starttls", "tls"]


class SettingsError(Exception):
    """baton.yaml or a BATON_ variable is wrong. `problems` has one sentence for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Smtp:
    """The server that mails go to. `tls` is none, starttls or tls."""

    host: str
    port: int
    username: str
    password: str
    tls: Tls
    ca: Path | None = None  # a file of certificates to trust, beside those of the machine


@dataclass(frozen=True)
class MailSettings:
    """Who sends. Without an SMTP server `baton up` catches mails as files, and takes replies to
    them at `listen`.

    `caps` (by class) and `quiet_hours` hold for people outside. `unsubscribe` says which mails carry a way to
    unsubscribe: those of class marketing, or of class process too. `undo`: class of mail -> how long it can still be
    changed or stopped before it leaves.
    """

    sender: str
    sender_name: str
    smtp: Smtp | None
    listen: str | None = None
    caps: Mapping[str, Cap] = field(default_factory=dict)
    quiet_hours: Quiet | None = None
    unsubscribe: Literal["marketing", "process"] = "marketing"
    rate: Rate | None = None
    rate_per_domain: Rate | None = None
    for_all: bool = False  # senders of connections.yaml use the server of `smtp` too: nothing leaves another way
    undo: Mapping[str, timedelta] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()  # the environment variables that it names


@dataclass(frozen=True)
class NoticeSettings:
    """How often colleagues get a mail with what is new for them (0: never), in the opening hours of a calendar; where
    none is named, from Monday to Friday, nine to five."""

    every: timedelta
    calendar: str | None


@dataclass(frozen=True)
class TemporalSettings:
    """Without an address `baton up` starts its own server."""

    address: str | None
    namespace: str


@dataclass(frozen=True)
class WebSettings:
    host: str
    port: int


@dataclass(frozen=True)
class Settings:
    """Everything that is configured. `base_url` has no slash at its end."""

    workspace: Path
    name: str
    base_url: str
    time_zone: str
    currency: str
    database_url: str
    mail: MailSettings
    temporal: TemporalSettings
    web: WebSettings
    notices: NoticeSettings
    network_allow: tuple[written.Network, ...]  # private networks that calls may reach; public addresses always
    log_format: str  # text, logfmt or json
    metrics_token: str = field(repr=False)  # whoever knows it may read the figures; empty: this machine only
    metrics_listen: str  # address and port at which a worker tells its own; empty: nowhere
    alarm_to: str  # an address, or a group of people.yaml; empty: the owners of the processes
    environment: Environment = field(repr=False, compare=False)  # for secrets only: see `secret`

    @classmethod
    def load(cls, workspace: Path, environment: Environment) -> "Settings":
        """Read baton.yaml of a workspace; raises SettingsError with everything that is wrong."""
        return _Reading(workspace, environment).settings()

    def secret(self, name: str) -> str | None:
        """The value of the environment variable that a connection names; None when it is not set."""
        return self.environment.get(name) or None

    def key(self) -> bytes:
        """The key of all links: BATON_SECRET_KEY, or `.baton/key` (made at first use)."""
        given = self.environment.get("BATON_SECRET_KEY")
        return given.encode() if given else secret_key(self.workspace)

    @property
    def brings_temporal(self) -> bool:
        """Whether `baton up` starts a server: no address here, and nothing for Temporal's own configuration."""
        named = ("TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE")
        return self.temporal.address is None and not any(self.environment.get(name) for name in named)

    @property
    def kept(self) -> Path:
        """`.baton` in the workspace: database, mails, logs, keys."""
        return kept(self.workspace)


FIELDS: Mapping[str, Callable[[str], Any]] = {
    "name": written.text,
    "base_url": written.url,
    "time_zone": written.zone,
    "currency": written.currency,
    "database.url": written.database,
    "mail.sender": written.address,
    "mail.sender_name": written.text,
    "mail.listen": written.listening,
    "mail.undo.transactional": written.length,
    "mail.undo.process": written.length,
    "mail.undo.marketing": written.length,
    "mail.smtp.host": written.text,
    "mail.smtp.port": written.number(1, 65535),
    "mail.smtp.username": written.text,
    "mail.smtp.password_env": written.text,
    "mail.smtp.tls": written.one_word("none", "starttls", "tls"),
    "mail.smtp.ca": written.text,
    "mail.smtp.for_all": written.one_word("yes", "no"),
    "mail.rate": Rate.parse,
    "mail.rate_per_domain": Rate.parse,
    "mail.quiet_hours": Quiet.parse,
    "mail.cap.process": Cap.parse,
    "mail.cap.marketing": Cap.parse,
    "mail.unsubscribe": written.one_word("marketing", "process"),
    "alarm.to": written.text,
    "log.format": written.one_word("text", "logfmt", "json"),
    "metrics.token_env": written.text,
    "metrics.listen": written.listening,
    "notices.every": written.length_or_off,
    "notices.calendar": written.text,
    "temporal.address": written.text,
    "temporal.namespace": written.text,
    "web.host": written.text,
    "web.port": written.number(0, 65535),
    "network.allow": written.networks,
}


class _Reading:
    """One reading of one workspace: values by dotted name, problems in the order of the file."""

    def __init__(self, workspace: Path, environment: Environment) -> None:
        self.workspace = workspace
        self.environment = environment
        self.problems: list[str] = []
        self.found: list[Problem] = []  # those of the file, with their places
        self.values: dict[str, Any] = {}

    def settings(self) -> Settings:
        self.file()
        self._environment()
        if self.problems:
            raise SettingsError(tuple(self.problems))
        return self._built()

    def file(self, text: str | None = None) -> None:
        file = self.workspace / FILE
        try:
            source = load(file.read_text(encoding="utf-8") if text is None else text, FILE)
        except (OSError, UnicodeDecodeError) as problem:
            self.problems.append(f"{file} cannot be read: {problem}")
            return
        self.problems += [f"{p.file}:{p.line}:{p.column}: {p.message}" for p in source.problems]
        self.found += source.problems
        if isinstance(source.root, Table):
            self._table(source, source.root, "")

    def _table(self, source: Source, table: Table, prefix: str) -> None:
        for entry in table.entries:
            name = prefix + entry.key.text
            if name not in FIELDS and not _inner(name):
                fix = source.instead(entry.key.place, entry.key.text, _meant(name, prefix))
                self._wrong(source, entry.key.place, _unknown(name), "E020", fix)
            elif isinstance(entry.value, Table) and _inner(name):
                self._table(source, entry.value, f"{name}.")
            elif isinstance(entry.value, Scalar) and name in FIELDS:
                self._scalar(source, name, entry.value)
            elif not _is_empty(entry.value):
                self._wrong(source, entry.key.place, _shape(name), "E023")

    def _scalar(self, source: Source, name: str, scalar: Scalar) -> None:
        try:
            if scalar.text:
                self.values[name] = FIELDS[name](scalar.text)
        except ValueError as problem:
            self._wrong(source, scalar.place, f"{name} {problem}, not `{scalar.text}`")

    def _wrong(self, source: Source, place: Place, message: str, code: str = "E025", fix: Fix | None = None) -> None:
        said, _, help_ = message.partition("; ")
        self.found.append(source.problem(code, said, place, hint=help_, fix=fix))
        self.problems.append(f"{source.name}:{place.line}:{place.column}: {message}")

    def _environment(self) -> None:
        for name, read in FIELDS.items():
            variable = variable_of(name)
            if text := self.environment.get(variable):
                try:
                    self.values[name] = read(text)
                except ValueError as problem:
                    self.problems.append(f"{variable} {problem}, not `{text}`")

    def _built(self) -> Settings:
        get = self.values.get
        web = WebSettings(get("web.host", "127.0.0.1"), get("web.port", 8420))
        return Settings(
            workspace=self.workspace,
            name=get("name", self.workspace.name),
            base_url=get("base_url", f"http://{web.host}:{web.port}"),
            time_zone=get("time_zone", "UTC"),
            currency=get("currency", "GBP"),
            database_url=get("database.url", f"sqlite:///{self.workspace}/.baton/baton.db"),
            mail=self._mail(),
            temporal=TemporalSettings(get("temporal.address"), get("temporal.namespace", "default")),
            web=web,
            notices=NoticeSettings(get("notices.every", timedelta(hours=1)), get("notices.calendar")),
            network_allow=get("network.allow", ()),
            alarm_to=get("alarm.to", ""),
            log_format=get("log.format", "text"),
            metrics_token=self.environment.get(get("metrics.token_env", "BATON_METRICS_TOKEN"), ""),
            metrics_listen=get("metrics.listen", ""),
            environment=self.environment,
        )

    def _mail(self) -> MailSettings:
        get = self.values.get
        return MailSettings(
            get("mail.sender", "baton@localhost"),
            get("mail.sender_name", get("name", "Baton")),
            self._smtp(),
            get("mail.listen"),
            caps={kind: cap for kind in ("process", "marketing") if (cap := get(f"mail.cap.{kind}"))},
            quiet_hours=get("mail.quiet_hours"),
            unsubscribe=get("mail.unsubscribe", "marketing"),
            rate=get("mail.rate"),
            rate_per_domain=get("mail.rate_per_domain"),
            for_all=get("mail.smtp.for_all") == "yes",
            undo={name: length for name in CLASSES if (length := get(f"mail.undo.{name}"))},
            secrets=tuple(name for name in (self._password_env(),) if name),
        )

    def _password_env(self) -> str:
        """The variable of the password, where there is one: whoever has a name has a password too."""
        usual = "BATON_SMTP_PASSWORD" if self.values.get("mail.smtp.username") else ""
        return str(self.values.get("mail.smtp.password_env", usual))

    def _smtp(self) -> Smtp | None:
        get = self.values.get
        host = get("mail.smtp.host")
        if host is None:
            return None
        password = self.environment.get(get("mail.smtp.password_env", "BATON_SMTP_PASSWORD"), "")
        tls = get("mail.smtp.tls", "starttls")
        port = get("mail.smtp.port", 465 if tls == "tls" else 587)
        named = get("mail.smtp.ca")
        ca = self.workspace / named if named else None
        return Smtp(host, port, get("mail.smtp.username", ""), password, tls, ca)


def check_settings(workspace: Path, text: str | None = None) -> tuple[Problem, ...]:
    """What is wrong with baton.yaml, or with `text` in its place, as `baton check` shows it; the environment is
    left alone."""
    reading = _Reading(workspace, {})
    reading.file(text)
    return in_order(reading.found)


def variable_of(name: str) -> str:
    """The environment variable that replaces a value: `web.port` is BATON_WEB_PORT."""
    return "BATON_" + name.replace(".", "_").upper()


def _inner(name: str) -> bool:
    return any(known.startswith(f"{name}.") for known in FIELDS)


def _meant(name: str, prefix: str) -> str:
    """The last word of the setting that was certainly meant."""
    known = [k.removeprefix(prefix).split(".")[0] for k in FIELDS if k.startswith(prefix)]
    return certain(name.removeprefix(prefix), dict.fromkeys(known))


def _unknown(name: str) -> str:
    groups = dict.fromkeys(known.partition(".")[0] for known in FIELDS)
    near = suggest(name, FIELDS) or suggest(name, groups)
    way_out = f"; did you mean `{near}`?" if near else f". Known are {all_of(FIELDS, 20)}"
    return f"there is no setting `{name}`{way_out}"


def _shape(name: str) -> str:
    inner = [known for known in FIELDS if known.startswith(f"{name}.")]
    return f"`{name}` holds {one_of(inner)}" if inner else f"`{name}` is one value, not a list or a group of values"


def _is_empty(node: Scalar | Table | Listing | Broken) -> bool:
    return isinstance(node, Broken) or (isinstance(node, Scalar) and not node.text)
