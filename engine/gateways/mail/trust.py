"""Which mail servers are believed: their certificates are always checked."""

import ssl
from pathlib import Path

from engine.gateways.mail.phases import NoServer

_EXPIRED = 10  # OpenSSL's number for a certificate that has expired
_RENEW = "Whoever runs that server has to renew it; if it is good, the clock of this machine is wrong."
_NAME = "If it is your own, name the file of its authority as `ca`."


def context(ca: Path | None) -> ssl.SSLContext:
    """The machine's authorities, and those of the file `ca`. Raises NoServer where that cannot be read."""
    found = ssl.create_default_context()
    if ca is not None:
        try:
            found.load_verify_locations(ca)
        except OSError as problem:  # ssl.SSLError is one too
            raise NoServer("server_tls", f"The certificates in {ca} cannot be read: {problem}.") from problem
    return found


def distrust(host: str, broken: BaseException) -> NoServer | None:
    """What to say of a server whose encryption is not to be trusted; None where that is not the trouble."""
    cause: BaseException | None = broken
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = f"The certificate of the mail server {host} is not to be trusted: {cause.verify_message}."
            return NoServer("server_certificate", f"{why} {_RENEW if cause.verify_code == _EXPIRED else _NAME}")
        if isinstance(cause, ssl.SSLError):
            why = f"The mail server {host} and we found no common encryption: {cause.reason or cause}."
            return NoServer("server_tls", f"{why} Is it the right port? `tls` is for 465, `starttls` for 587.")
        cause = cause.__cause__ or cause.__context__
    return None


def unencrypted(host: str) -> NoServer:
    """The server, or somebody on the way to it, does not offer to encrypt."""
    why = f"The mail server {host} does not offer STARTTLS, and nothing is handed over without encryption."
    return NoServer("server_tls", f"{why} Try `tls: tls` with port 465.")
