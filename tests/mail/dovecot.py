"""A real mail server for tests: Debian's Dovecot with a configuration and a folder of its own."""

import getpass
import imaplib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

SECONDS_TO_START = 15
USER, PASSWORD = "replies@northwind.example", "correct-horse"

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
ssl = {ssl}
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
mail_max_userip_connections = 100
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={folder}/home/%u
}}
"""


class NoDovecot(Exception):  # noqa: N818  a reason to skip, not an error
    """Why there is no Dovecot here."""


class Dovecot:
    """One account with one INBOX. It can be stopped and started; its folder stays."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        certificate(folder)
        (folder / "dovecot.conf").write_text(self._configuration(), encoding="utf-8")

    def start(self) -> None:
        command = [_dovecot(), "-F", "-c", str(self.folder / "dovecot.conf")]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < end:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        log = self.folder / "dovecot.log"
        raise NoDovecot(f"Dovecot does not start: {log.read_text() if log.exists() else 'it said nothing'}")

    def stop(self) -> None:
        """At once, with the sessions that are open: Dovecot would let them end by themselves."""
        if self._process is None:
            return
        sessions = _children(self._process.pid)
        self._process.terminate()
        self._process.wait(20)
        self._process = None
        for session in sessions:
            with suppress(ProcessLookupError):
                os.kill(session, signal.SIGKILL)

    @contextmanager
    def client(self, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """Somebody else's mail program."""
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(USER, PASSWORD)
        client.select(folder)
        try:
            yield client
        finally:
            client.logout()

    def deliver(self, mails: Iterable[bytes], at: datetime | None = None) -> None:
        when = imaplib.Time2Internaldate(at or datetime.now(UTC))
        with self.client() as client:
            for mail in mails:
                status, _ = client.append("INBOX", "", when, mail)
                assert status == "OK"

    def flags(self) -> set[str]:
        """Every flag that any mail has."""
        with self.client() as client:
            _, answer = client.uid("FETCH", "1:*", "(FLAGS)")
        found = [flag for line in answer if line for flag in imaplib.ParseFlags(line)]
        return {flag.decode() for flag in found}

    def count(self) -> int:
        with self.client() as client:
            return len(client.uid("SEARCH", "ALL")[1][0].split())

    def renumber(self) -> None:
        """The index is lost, as after a repair: every mail gets a new number, and UIDVALIDITY is another one."""
        self.stop()
        for file in (self.folder / "mail" / USER).glob("dovecot*"):
            file.unlink()
        time.sleep(1.1)  # UIDVALIDITY is made of seconds
        self.start()

    def _configuration(self) -> str:
        root = os.getuid() == 0
        me = getpass.getuser()
        return CONFIGURATION.format(
            folder=self.folder,
            port=self.port,
            tls_port=self.tls_port,
            password=PASSWORD,
            mechanisms="plain login xoauth2",
            ssl="yes",
            internal="dovecot" if root else me,
            login="dovenull" if root else me,
            group="dovecot" if root else os.getgid(),
            mail_user="nobody" if root else me,
            mail_group="nogroup" if root else os.getgid(),
        )


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """A running server. Raises NoDovecot."""
    if not _dovecot():
        raise NoDovecot("no Dovecot on this machine")
    with tempfile.TemporaryDirectory(prefix="dovecot-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        for inner in ("mail", "home"):
            (folder / inner).mkdir()
            (folder / inner).chmod(0o777)
        server = Dovecot(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _children(parent: int) -> list[int]:
    lists = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(pid) for pid in lists.read_text().split()] if lists.exists() else []


def _dovecot() -> str:
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certificate(folder: Path) -> None:
    """One that nobody knows, for 127.0.0.1."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
