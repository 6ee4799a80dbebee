"""Mails that want to be taken for what they are not: for each what it is, and how it is made of the true address."""

# ruff: noqa: E501 - header fields as they come

from collections.abc import Callable
from typing import NamedTuple

from tests.mail.house import MX
from tests.mail.post import raw

GOOD = f"{MX}; dmarc=pass header.from=acme.test"
EVIL = f"{MX}; dmarc=pass header.from=evil.test"


class Forgery(NamedTuple):
    """`make` gives the raw mail for a true reply address and the Message-ID of our mail; `box` is where it comes in."""

    name: str
    make: Callable[[str, str], bytes]
    box: str = "replies"


def _with(name: str, box: str = "replies", body: str = "Twelve.\n", **fields: str) -> Forgery:
    """`@address` and `@id` stand for the true ones."""

    def make(address: str, message_id: str) -> bytes:
        given = {key: value.replace("@address", address).replace("@id", message_id) for key, value in fields.items()}
        return raw(**{"body": body, "To": address, **given})

    return Forgery(name, make, box)


def _token(name: str, change: Callable[[str], str]) -> Forgery:
    def make(address: str, _: str) -> bytes:
        return raw("Twelve.\n", To=change(address), Authentication_Results=GOOD)

    return Forgery(name, make)


def _swapped(address: str) -> str:
    local, _, domain = address.partition("@")
    name, _, token = local.partition("+")
    return f"{name}+{token[16:]}{token[:16]}@{domain}"


def _flipped(at: int) -> Callable[[str], str]:
    def change(address: str) -> str:
        start = address.index("+") + 1 + at
        other = "b" if address[start] == "a" else "a"
        return address[:start] + other + address[start + 1 :]

    return change


def _prepended(first: str, **fields: str) -> Callable[[str, str], bytes]:
    return lambda address, _: first.encode() + raw("Twelve.\n", To=address, **fields)


FORGERIES: tuple[Forgery, ...] = (
    # the sender is not who they say
    _with("nobody vouches for the sender"),
    _with("the server says that it failed", Authentication_Results=f"{MX}; dmarc=fail header.from=acme.test"),
    _with("DMARC failed and DKIM of the domain passed", Authentication_Results=f"{MX}; dmarc=fail; dkim=pass header.d=acme.test"),
    _with("another server vouches", Authentication_Results="mx.evil.test; dmarc=pass header.from=acme.test"),
    _with("a server with a longer name vouches", Authentication_Results=f"{MX}.evil.test; dmarc=pass header.from=acme.test"),
    _with("a server with a name before ours vouches", Authentication_Results=f"evil-{MX}; dmarc=pass header.from=acme.test"),
    _with("our server vouches for another domain", Authentication_Results=EVIL),
    _with("DKIM of another domain", Authentication_Results=f"{MX}; dkim=pass header.d=evil.test"),
    _with("SPF of another domain", Authentication_Results=f"{MX}; spf=pass smtp.mailfrom=evil.test"),
    _with("SPF of the greeting only", Authentication_Results=f"{MX}; spf=pass smtp.helo=acme.test"),
    _with("DKIM of the whole top level", Authentication_Results=f"{MX}; dkim=pass header.d=test"),
    _with("DKIM of a subdomain", Authentication_Results=f"{MX}; dkim=pass header.d=users.acme.test"),
    _with("only a softfail", Authentication_Results=f"{MX}; spf=softfail smtp.mailfrom=acme.test; dkim=none"),
    _with("the word stands in a comment", Authentication_Results=f"{MX} (dmarc=pass header.from=acme.test); dmarc=fail"),
    _with("the word stands in a reason", Authentication_Results=f'{MX}; dkim=fail reason="dmarc=pass header.from=acme.test"'),
    _with("ARC instead", ARC_Authentication_Results=f"i=1; {GOOD}"),
    _with("X- instead", X_Authentication_Results=GOOD),
    Forgery("a forged header below the true one", _prepended(f"Authentication-Results: {MX}; dmarc=fail\r\n", Authentication_Results=GOOD)),
    Forgery("a forged header below a broken one", _prepended(f"Authentication-Results: {MX}; dmarc=((\r\n", Authentication_Results=GOOD)),
    _with("signed in as somebody else", Authentication_Results=f"{MX}; auth=pass smtp.auth=bob@acme.test"),
    # the sender is somebody else, truly
    _with("somebody else who has the address", From="Bob <bob@evil.test>", Authentication_Results=EVIL),
    _with("somebody else under her name", From="Ann Lee <ann@evil.test>", Authentication_Results=EVIL),
    _with("somebody else with her address as a name", From='"ann@acme.test" <ann@evil.test>', Authentication_Results=EVIL),
    _with("somebody else from her company", From="Bob <bob@acme.test>", Authentication_Results=GOOD),
    _with("somebody with a plus", From="Ann <ann+x@acme.test>", Authentication_Results=GOOD),
    _with("letters that only look the same", From="Ann <аnn@acme.test>", Authentication_Results=GOOD),
    _with("two people", From="ann@acme.test, bob@evil.test", Authentication_Results=GOOD),
    _with("an address within a name", From="ann@acme.test <bob@evil.test>", Authentication_Results=EVIL),
    _with("an address after another one", From="<ann@acme.test> <bob@evil.test>", Authentication_Results=GOOD),
    _with("a group", From="All: ann@acme.test;", Authentication_Results=GOOD),
    _with("an address in a comment", From="bob@evil.test (ann@acme.test)", Authentication_Results=EVIL),
    Forgery("two From fields", _prepended("From: bob@evil.test\r\n", Authentication_Results=GOOD)),
    _with("her address as Sender and Reply-To", From="bob@evil.test", Sender="ann@acme.test", Reply_To="ann@acme.test", Authentication_Results=EVIL),
    _with("nobody", From="", Sender="ann@acme.test", Authentication_Results=GOOD),
    # the thread is not theirs
    _token("a token with its first letter changed", _flipped(0)),
    _token("a token with its last letter changed", _flipped(31)),
    _token("a token turned around", _swapped),
    _token("a token cut short", lambda address: address.replace(address[30:42], "")),
    _token("a token of another domain", lambda address: address.replace("northwind.example", "northwind.example.evil.test")),
    _with("a Message-ID that is guessed", To="replies@northwind.example", In_Reply_To="<0123456789@northwind.example>", Authentication_Results=GOOD),
    _with("a Message-ID of ours by somebody else", To="replies@northwind.example", From="bob@evil.test", References="<@id>", Authentication_Results=EVIL),
    _with("a Message-ID of ours, and nobody vouches", To="replies@northwind.example", In_Reply_To="<@id>"),
    _with("the case's name in the subject", To="replies@northwind.example", Subject="Re: [ask] answer", Authentication_Results=GOOD),
    _with("another mailbox, where nobody vouches", box="office", Authentication_Results="mx.other.test; dmarc=pass header.from=acme.test"),
    # a machine says that it is her
    _with("her absence notice", Subject="Automatic reply: A few questions", Authentication_Results=GOOD),
    _with("her machine", Auto_Submitted="auto-replied", Authentication_Results=GOOD),
    _with("a list", List_Id="<all.acme.test>", Precedence="list", Authentication_Results=GOOD),
)  # fmt: skip
