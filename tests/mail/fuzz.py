"""Broken mails without end: mutations of real-looking ones, the same for the same seed, and those that are known to
have broken parsers."""

# ruff: noqa: E501 - mails as they come

from collections.abc import Callable, Iterator
from random import Random

from tests.mail.bounces import BOUNCES, COMPLAINTS
from tests.mail.post import parts, raw
from tests.mail.robots import PEOPLE, ROBOTS

Change = Callable[[Random, bytes], bytes]


def corpus() -> list[bytes]:
    """Mails of people and machines, bounces, complaints, and some with many parts."""
    found = [raw(**fields) for _, fields in (*ROBOTS, *PEOPLE)]
    found += [raw(body=bounce.body, **bounce.fields) for bounce in BOUNCES]
    found += [raw(body=body, **fields) for _, fields, body in COMPLAINTS]
    text, page = "Content-Type: text/plain\n\nTwelve.", "Content-Type: text/html\n\n<p>Twelve<blockquote>How many?"
    file = 'Content-Type: application/pdf; name="a.pdf"\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjcK'
    inner = "Content-Type: message/rfc822\n\nSubject: Old\nFrom: b@x.test\n\nText"
    for kind in ("mixed", "alternative", "related", "report", "signed", "digest"):
        found.append(raw(**parts(kind, text, page, file, inner)))
    return found


WORDS = (
    b"=?utf-8?q?", b"=?x?b?", b"?=", b"=?utf-8?b?////?=", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"--b1", b"--b1--", b"\r\n\r\n",
    b"\n", b"\r", b"\t", b":", b";", b'"', b"(", b")", b"<", b">", b"@", b"=", b"=3D", b"=\r\n", b"%00", b"''", b"*0*=", b"*",
    b"Content-Type: multipart/mixed; boundary=", b"Content-Type: text/plain; charset=", b"Content-Type: message/rfc822",
    b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: x-uuencode", b"Content-Transfer-Encoding: quoted-printable",
    b"Content-Disposition: attachment; filename*0*=utf-8''%E2; filename*1=x", b"Content-Type: text/html", b"From: ", b"To: (c):",
    b"boundary=", b"charset=utf-7", b"charset=idna", b"charset=rot13", b"charset=hex", b"charset=undefined", b"format=flowed",
    b"Authentication-Results: mx.northwind.example; dmarc=", b"References: <", b"Message-ID: <[", b"Date: Mon, 99 Foo 99999",
    b"begin 644 a\n", b"<blockquote>" * 9, b"<!--", b"<![CDATA[", b"<a href='", b"&#x110000;", b"&#", b"> > > > ", b"wrote:\n",
    b"On On On On On ", b"From: x\nSent: y\n", b"\xe2\x80\xae", b"\x1b[2J",
)  # fmt: skip


def mutated(random: Random, mails: list[bytes]) -> bytes:
    """A mail with one to a dozen changes."""
    mail = random.choice(mails)
    for _ in range(random.choice((1, 1, 2, 3, 5, 12))):
        mail = random.choice(CHANGES)(random, mail) or b"\n"
        mail = mail[:200_000]
    return mail


def stream(seed: int, count: int) -> Iterator[bytes]:
    """So many mutated mails; the same for the same seed."""
    random, mails = Random(seed), corpus()
    for _ in range(count):
        yield mutated(random, mails)


def _flip(random: Random, mail: bytes) -> bytes:
    at = random.randrange(len(mail))
    return mail[:at] + bytes([random.randrange(256)]) + mail[at + 1 :]


def _drop(random: Random, mail: bytes) -> bytes:
    start = random.randrange(len(mail))
    return mail[:start] + mail[start + random.choice((1, 2, 10, 100, 1000)) :]


def _double(random: Random, mail: bytes) -> bytes:
    start = random.randrange(len(mail))
    piece = mail[start : start + random.choice((1, 5, 40, 300))]
    return mail[:start] + piece * random.choice((2, 3, 50, 400)) + mail[start:]


def _word(random: Random, mail: bytes) -> bytes:
    at = random.randrange(len(mail))
    return mail[:at] + random.choice(WORDS) + mail[at:]


def _line(random: Random, mail: bytes) -> bytes:
    lines = mail.split(b"\r\n")
    lines.insert(random.randrange(len(lines) + 1), random.choice(WORDS) + random.choice(WORDS))
    return b"\r\n".join(lines)


def _shuffle(random: Random, mail: bytes) -> bytes:
    lines = mail.split(b"\r\n")
    random.shuffle(lines)
    return b"\r\n".join(lines)


def _splice(random: Random, mail: bytes) -> bytes:
    return mail[: random.randrange(len(mail))] + mail[random.randrange(len(mail)) :]


def _noise(random: Random, mail: bytes) -> bytes:
    at = random.randrange(len(mail))
    return mail[:at] + random.randbytes(random.choice((1, 8, 200))) + mail[at:]


def _nest(random: Random, mail: bytes) -> bytes:
    return b"Content-Type: message/rfc822\r\n\r\n" * random.choice((1, 2, 30, 300)) + mail


CHANGES: tuple[Change, ...] = (_flip, _drop, _double, _word, _word, _line, _line, _shuffle, _splice, _noise, _nest)

HEAD = b"From: ann@acme.test\r\nTo: replies@northwind.example\r\nSubject: x\r\n"


def _nested(depth: int) -> bytes:
    opened = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth))
    return HEAD + opened + b"\r\ntext"


def _field(line: bytes, body: bytes = b"text") -> bytes:
    return HEAD + line + b"\r\n\r\n" + body


CRASHERS: tuple[tuple[str, bytes], ...] = (
    ("nothing", b""),
    ("one byte", b"\x00"),
    ("only line ends", b"\r\n" * 1000),
    ("no fields", b"just some text"),
    ("a field without a colon", _field(b"this is no field")),
    ("a field that begins with a colon", _field(b": x")),
    ("a field name with spaces", _field(b"X Y Z: 1")),
    ("From_ in the middle of the fields", _field(b"From nobody Mon Mar  2 10:00:00 2026")),
    ("multiparts in multiparts, a hundred deep", _nested(100)),
    ("multiparts in multiparts, three thousand deep", _nested(3_000)),
    ("mails in mails, five thousand deep", HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 5_000),
    ("a multipart without a boundary", _field(b"Content-Type: multipart/mixed")),
    ("a multipart with an empty boundary", _field(b'Content-Type: multipart/mixed; boundary=""', b"--\r\n\r\nx\r\n----\r\n")),
    ("a multipart whose boundary never comes", _field(b"Content-Type: multipart/mixed; boundary=b")),
    ("a multipart that is encoded", _field(b"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64", b"--b\r\n\r\nx\r\n--b--")),
    ("a boundary of RFC 2231", _field(b"Content-Type: multipart/mixed; boundary*=utf-8''%E2%82%AC", b"--x\r\n\r\nx")),
    ("a boundary with bytes beyond ASCII", _field(b'Content-Type: multipart/mixed; boundary="\xff\xfe"', b"--\xff\xfe\r\n\r\nx")),
    ("two thousand parts", _field(b"Content-Type: multipart/mixed; boundary=b", b"--b\r\n\r\nx\r\n" * 2_000)),
    ("an unknown charset", _field(b"Content-Type: text/plain; charset=no-such-thing", b"gr\xfc\xdfe")),
    ("a charset that is no text", _field(b"Content-Type: text/plain; charset=base64", b"AAAA")),
    ("a charset with NUL", _field(b'Content-Type: text/plain; charset="\x00"')),
    ("the charset idna", _field(b"Content-Type: text/plain; charset=idna", b"x." * 50_000)),
    ("the charset punycode", _field(b"Content-Type: text/plain; charset=punycode", b"a" * 50_000 + b"-9999999")),
    ("a charset of RFC 2231", _field(b"Content-Type: text/plain; charset*=utf-8''%FF%FE")),
    ("a charset in three pieces", _field(b"Content-Type: text/plain; charset*0=ut; charset*1=f-; charset*2=8")),
    ("a parameter that ends with a star", _field(b"Content-Type: text/plain; name*")),
    ("a parameter that is numbered and ends with a star", _field(b"Content-Type: text/plain; name*0*")),
    ("a parameter with a huge number", _field(b"Content-Type: text/plain; name*99999999999=x")),
    ("a parameter with two languages", _field(b"Content-Disposition: attachment; filename*=utf-8'en'a'b'%zz")),
    ("parameters without end", _field(b"Content-Type: text/plain" + b"; a=b" * 20_000)),
    ("a type without a subtype", _field(b"Content-Type: text")),
    ("a type of slashes", _field(b"Content-Type: ////")),
    ("an empty disposition", _field(b"Content-Disposition: ")),
    ("an encoded word that is cut", _field(b"Subject: =?utf-8?b?4oK")),
    ("an encoded word of no bytes", _field(b"Subject: =?utf-8?b??=")),
    ("an encoded word of bad base64", _field(b"Subject: =?utf-8?b?A?=")),
    ("an encoded word of a bad charset", _field(b"Subject: =?\xff?q?x?=")),
    ("an encoded word of rot13", _field(b"Subject: =?rot13?q?x?=")),
    ("encoded words without end", _field(b"Subject: " + b"=?utf-8?q?x?= " * 20_000)),
    ("an address of a quote", b'From: "\r\n\r\nx'),
    ("an address of a comment as a group", b"From: (c):\r\n\r\nx"),
    ("a comment before a group", b"From: a@b.test\r\nCc: (x): a@b.com;\r\n\r\nx"),
    ("an address of brackets", b"From: <[@]>\r\n\r\nx"),
    ("an address of commas", b"From: " + b"," * 50_000 + b"\r\n\r\nx"),
    ("an address of parentheses", b"From: " + b"(" * 50_000 + b"\r\n\r\nx"),
    ("a local part of backslashes", b'From: "' + b"\\" * 50_001 + b'" <a@b.test>\r\n\r\nx'),
    ("a Message-ID of Exchange", _field(b"Message-ID: <[83c48dddbea7492e873224a5ae1c04be-JFBVALKQ=@microsoft.com]>")),
    ("a Message-ID of nothing", _field(b"Message-ID: <>\r\nIn-Reply-To: <\r\nReferences: > <")),
    ("References without end", _field(b"References: " + b"<a@b> " * 50_000)),
    ("a date of words", _field(b"Date: yesterday")),
    ("a date of zeros", _field(b"Date: 0 0 0 0:0:0 0")),
    ("an empty date", _field(b"Date: ")),
    ("a date with a zone beyond the world", _field(b"Date: Mon, 2 Mar 2026 10:00:00 +99999")),
    ("a date in the year 99999", _field(b"Date: Mon, 2 Mar 99999 10:00:00 +0000")),
    ("bytes beyond ASCII everywhere", b"From: \xff\xfe@\xff\r\nSubject: \xed\xa0\x80\r\nTo: \x80\r\n\xff: \xff\r\n\r\n\xff"),
    ("halves of surrogate pairs", _field(b"Subject: \xed\xb0\x80\xed\xa0\x80", "\ud800".encode("utf-8", "surrogatepass"))),
    ("a field of a megabyte", _field(b"X-Long: " + b"x" * 1_000_000)),
    ("a hundred thousand fields", HEAD + b"X: y\r\n" * 100_000 + b"\r\nx"),
    ("a field folded a hundred thousand times", HEAD + b"X: y\r\n" + b" z\r\n" * 100_000 + b"\r\nx"),
    ("bad base64", _field(b"Content-Transfer-Encoding: base64", b"A\r\n=A=\xff=")),
    ("bad quoted-printable", _field(b"Content-Transfer-Encoding: quoted-printable", b"=ZZ=\r\n=\xff=")),
    ("bad uuencode", _field(b"Content-Transfer-Encoding: x-uuencode", b"begin 644 x\n\xff\xfe\nend")),
    ("uuencode without a begin", _field(b"Content-Transfer-Encoding: uuencode", b"M")),
    ("an encoding that is unknown", _field(b"Content-Transfer-Encoding: \x00\xff")),
    ("an encoding of an object", _field(b"Content-Transfer-Encoding: =?utf-8?q?base64?=", b"AAAA")),
    ("a report without blocks", _field(b"Content-Type: multipart/report; boundary=b; report-type=delivery-status", b"--b\r\nContent-Type: message/delivery-status\r\n\r\n--b--")),
    ("a report of text", _field(b"Content-Type: message/delivery-status", b"Action: failed\r\nFinal-Recipient: x\r\n\r\nAction: failed")),
    ("a feedback report of nothing", _field(b"Content-Type: message/feedback-report", b"")),
    ("a partial message", _field(b"Content-Type: message/partial; number=1; total=2; id=x")),
    ("an external body", _field(b"Content-Type: message/external-body; access-type=URL")),
    ("Authentication-Results of nonsense", _field(b"Authentication-Results: mx.northwind.example; ((((\\")),
    ("Authentication-Results without end", _field(b"Authentication-Results: mx.northwind.example; " + b"spf=pass (" * 20_000)),
    ("a page of open tags", _field(b"Content-Type: text/html", b"<div>" * 100_000)),
    ("a page of quotations", _field(b"Content-Type: text/html", b"<blockquote>" * 50_000 + b"x")),
    ("a page of an open comment", _field(b"Content-Type: text/html", b"<!--" * 100_000)),
    ("a page of broken declarations", _field(b"Content-Type: text/html", b"<![x" * 50_000)),
    ("a page of broken references", _field(b"Content-Type: text/html", b"&#xffffffffff;&#0;&bogus;" * 10_000)),
    ("a page of an open tag", _field(b"Content-Type: text/html", b"<a " + b"x='" * 100_000)),
    ("a text of quotations", _field(b"Content-Type: text/plain", b"> " * 50_000 + b"\n" + b">\n" * 50_000)),
    ("a text of beginnings of quotations", _field(b"Content-Type: text/plain", b"On Mon " * 50_000 + b"wrote:")),
    ("a text of heads", _field(b"Content-Type: text/plain", b"From: x\nSent: y\n" * 20_000)),
    ("a text of line ends of Unicode", _field(b"Content-Type: text/plain; charset=utf-8", "\u2028\x85\x0b".encode() * 50_000)),
    ("a subject of absences", _field(b"Subject: " + b"out of office " * 20_000)),
)  # fmt: skip
