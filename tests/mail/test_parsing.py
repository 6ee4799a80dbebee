"""What mails say: through the limited process, as the reader asks it."""

import base64

import pytest

from engine.gateways.parsing import Letter, Parser, Unreadable
from engine.gateways.parsing.reading import read
from tests.mail.post import parts, raw

MX = "mx.northwind.example"
QUOTED = "On Mon, 2 Mar 2026 at 09:00, Northwind <replies@northwind.example> wrote:\n> How many seats?\n> Thank you.\n"


def said(body: str = "Yes, please.\n", **fields: str) -> Letter:
    return read(raw(body=body, **fields), MX, False)


async def test_a_mail_comes_back_whole_from_the_limited_process() -> None:
    file = base64.b64encode(b"%PDF-1.7").decode()
    both = parts(
        "mixed",
        "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe",
        f'Content-Type: application/pdf; name="../offer.pdf"\nContent-Transfer-Encoding: base64\n\n{file}',
    )
    parser = Parser()
    try:
        letter = await parser.read(raw(**both, References="<a@x> <b@x>", In_Reply_To="<b@x>"))
    finally:
        await parser.aclose()
    assert letter.sender == "ann@acme.test"
    assert (letter.sender_name, letter.text) == ("Ann Lee", "Grüße")
    assert [(file.name, file.mime, file.content) for file in letter.attachments] == [
        ("offer.pdf", "application/pdf", b"%PDF-1.7")
    ]
    assert letter.answered == ("b@x", "a@x")
    assert letter.date is not None


async def test_a_mail_that_takes_too_long_is_unreadable_and_the_next_one_is_read() -> None:
    parser = Parser(seconds=0.5)
    try:
        endless = b"From: a@b.test\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n\n" * 3_000_000
        with pytest.raises(Unreadable):
            await parser.read(endless)
        assert (await parser.read(raw())).text == "Yes, please."
    finally:
        await parser.aclose()


def test_what_is_no_mail_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="header"):
        read(b"\x00\x01\x02 just bytes", "", False)


@pytest.mark.parametrize(
    "page",
    [
        "<p>Twelve seats.</p><div class='gmail_quote'>On Monday N wrote:<blockquote>How many?</blockquote></div>",
        "<style>p{}</style><p>Twelve&nbsp;seats.</p><hr><div id='divRplyFwdMsg'><b>From:</b> Northwind</div>How many?",
        "<div>Twelve seats.</div><script>alert(1)</script><blockquote type=cite>How many?</blockquote>",
        "<html><body>Twelve <b>seats.<blockquote><blockquote>How</blockquote> many?",
    ],
)
def test_a_mail_in_html_is_read_as_text_without_what_it_quotes(page: str) -> None:
    letter = said(page, Content_Type="text/html; charset=utf-8")
    assert letter.text == "Twelve seats."
    assert "How" in letter.full_text or "From" in letter.full_text
    assert "alert" not in letter.full_text
    assert "<" not in letter.text


@pytest.mark.parametrize(
    "quotation",
    [
        QUOTED,
        "Am 02.03.26 um 09:00 schrieb Northwind:\n> Wie viele Plätze?\n",
        "Le lun. 2 mars 2026 à 09:00, Northwind <replies@northwind.example> a écrit :\n> Combien ?\n",
        "El lun, 2 mar 2026 a las 9:00, Northwind (<replies@northwind.example>) escribió:\n> ¿Cuántas?\n",
        "Il giorno lun 2 mar 2026 alle ore 09:00 Northwind <replies@northwind.example> ha scritto:\n> Quanti?\n",
        "Op ma 2 mrt 2026 om 09:00 schreef Northwind <replies@northwind.example>:\n> Hoeveel?\n",
        "Em seg., 2 de mar. de 2026 às 09:00, Northwind <replies@northwind.example> escreveu:\n> Quantos?\n",
        "pon., 2 mar 2026 o 09:00 Northwind <replies@northwind.example> napisał(a):\n> Ile?\n",
        "Den mån 2 mars 2026 kl 09:00 skrev Northwind <replies@northwind.example>:\n> Hur många?\n",
        "-----Original Message-----\nFrom: Northwind\nSent: Monday\nTo: Ann\nSubject: Questions\n\nHow many?\n",
        "-----Ursprüngliche Nachricht-----\nVon: Northwind\nGesendet: Montag\nAn: Ann\nBetreff: F\n\nWie viele?\n",
        "________________________________\nFrom: Northwind <replies@northwind.example>\nSent: Monday\n\nHow many?\n",
        "From: Northwind <replies@northwind.example>\nSent: 02 March 2026 09:00\nTo: Ann\nSubject: Q\n\nHow many?\n",
        "De: Northwind <r@n.example>\nEnviada em: segunda-feira\nPara: Ann\nAssunto: Perguntas\n\nQuantos?\n",
        "Od: Northwind <r@n.example>\nWysłano: poniedziałek\nDo: Ann\nTemat: Pytania\n\nIle?\n",
        "От: Northwind <r@n.example>\nОтправлено: понедельник\nКому: Ann\nТема: Вопросы\n\nСколько?\n",
        "-- \nAnn Lee\nAcme Ltd\n",
        "Sent from my iPhone\n\n" + QUOTED,
        "On Mon, 2 Mar 2026 at 09:00, Northwind\n<replies@northwind.example> wrote:\n\n> How many?\n",
    ],
)
def test_what_was_newly_written_stands_apart_from_quotations(quotation: str) -> None:
    letter = said(f"We need 12 seats.\n\n- ten for sales\n- two for me\n\n{quotation}")
    assert letter.text == "We need 12 seats.\n\n- ten for sales\n- two for me"
    assert letter.full_text.startswith("We need 12 seats.")
    assert len(letter.full_text) > len(letter.text)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, that works for us.\nBest wishes are not needed.",
        "From: 9 to 5 we are there.",
        "Data: 12 people\nDo: nothing",
        "I wrote: yes.",
        "He said > 12 is fine",
        "Regards to Sam\n\nAnd one more thing: we need 12.",
        "Total: 12\n--------\nTwelve",
    ],
)
def test_text_that_only_looks_like_a_quotation_stays(text: str) -> None:
    assert said(text).text == text


def test_answers_between_the_lines_and_below_a_quotation_are_newly_written() -> None:
    assert said(f"{QUOTED}\nTwelve.\n").text == "Twelve."
    assert said("> How many?\nTwelve.\n> Until when?\nMay.\n").text == "Twelve.\nMay."
    assert said(QUOTED).text == ""


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("ann@acme.test", "ann@acme.test"),
        ("Ann Lee <ann@ACME.test>", "ann@acme.test"),
        ('"Lee, Ann (Acme)" <ann@acme.test>', "ann@acme.test"),
        ('"Ann \\"A\\" Lee" <ann@acme.test>', "ann@acme.test"),
        ("ann@acme.test (Ann Lee)", "ann@acme.test"),
        ("=?utf-8?q?=C3=84nn?= <ann@acme.test>", "ann@acme.test"),
        ("", ""),
        ("Ann Lee", ""),
        ("ann@acme.test, bob@evil.test", ""),
        ("ann@acme.test <bob@evil.test>", ""),
        ("<ann@acme.test> <bob@evil.test>", ""),
        ("ann@acme.test)<bob@evil.test>", ""),
        ("Ann <ann@acme.test>bob@evil.test", ""),
        ('"ann@acme.test" <bob@evil.test>', "bob@evil.test"),
        ("Friends: ann@acme.test;", ""),
        ("ann@acme.test\n <bob@evil.test>", ""),
    ],
)
def test_a_sender_is_one_beyond_doubt_or_none(written: str, sender: str) -> None:
    assert said(From=written).sender == sender


def test_a_domain_in_any_script_is_known_by_its_name_in_ascii() -> None:
    mail = raw().replace(b"Ann Lee <ann@acme.test>", "Ann <ann@müller.test>".encode())
    assert read(mail, MX, False).sender == "ann@xn--mller-kva.test"


def test_two_from_fields_name_nobody() -> None:
    assert read(b"From: ann@acme.test\r\n" + raw(From="bob@evil.test"), MX, False).sender == ""


GOOD = f"{MX}; dmarc=pass (p=reject) header.from=acme.test; spf=pass smtp.mailfrom=acme.test"


@pytest.mark.parametrize(
    ("results", "by"),
    [
        (GOOD, "dmarc"),
        (f"{MX}; dkim=pass header.d=acme.test header.s=s1", "dkim"),
        (f"{MX}; dkim=fail header.d=acme.test; dkim=pass header.d=acme.test", "dkim"),
        (f"{MX}; dmarc=none header.from=acme.test; dkim=pass header.d=acme.test", "dkim"),
        (f"{MX}; spf=pass smtp.mailfrom=bounce@acme.test", "spf"),
        (f"{MX}; auth=pass smtp.auth=ann@acme.test", "auth"),
        ("", ""),
        (f"{MX}; none", ""),
        ("mx.evil.test; dmarc=pass header.from=acme.test", ""),
        (f"{MX}.evil.test; dmarc=pass header.from=acme.test", ""),
        (f"{MX}; dmarc=pass header.from=evil.test", ""),
        (f"{MX}; dmarc=fail header.from=acme.test; dkim=pass header.d=acme.test", ""),
        (f"{MX}; dkim=pass header.d=evil.test; spf=pass smtp.mailfrom=evil.test", ""),
        (f"{MX}; dkim=pass header.d=test", ""),
        (f"{MX}; dkim=pass header.d=news.acme.test", ""),
        (f"{MX}; spf=softfail smtp.mailfrom=acme.test", ""),
        (f"{MX}; spf=pass smtp.helo=acme.test", ""),
        (f"{MX}; auth=pass smtp.auth=bob@acme.test", ""),
        (f"{MX} (dmarc=pass header.from=acme.test); none", ""),
    ],
)
def test_only_what_the_configured_server_says_vouches_for_a_sender(results: str, by: str) -> None:
    assert said(Authentication_Results=results).authenticated == by


def test_only_the_topmost_header_of_the_server_counts() -> None:
    def below(results: str) -> str:
        forged = raw(Authentication_Results=GOOD)
        return read(f"Authentication-Results: {results}\r\n".encode() + forged, MX, False).authenticated

    assert below(f"{MX}; dmarc=none; spf=none") == ""
    assert below(f"{MX}; ((( broken") == ""
    assert below(f'"{MX}"; dmarc=fail') == ""
    assert below(f"(of ours) {MX.upper()}(too); dmarc=fail") == ""
    assert below("other.test; none") == "dmarc"
    assert read(raw(Authentication_Results=GOOD), "", False).authenticated == ""


def test_the_servers_of_microsoft_write_the_header_without_their_name() -> None:
    theirs = (
        "spf=pass (sender IP is 203.0.113.7) smtp.mailfrom=acme.test; dkim=pass (signature was verified)"
        " header.d=acme.test;dmarc=pass action=none header.from=acme.test;compauth=pass reason=100"
    )
    assert read(raw(Authentication_Results=theirs), "microsoft365", False).authenticated == "dmarc"
    assert said(Authentication_Results=theirs).authenticated == ""


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("offer.pdf", "offer.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\offer.pdf", "offer.pdf"),
        ("=?utf-8?b?w4RuZGVydW5nLnBkZg==?=", "Änderung.pdf"),
        ("a\u202efdp.exe", "a fdp.exe"),
        ("con", "attachment-1.pdf"),
        ("...", "attachment-1.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_of_files_are_fit_for_any_file_system(given: str, name: str) -> None:
    one = parts("mixed", f'Content-Type: application/pdf\nContent-Disposition: attachment; filename="{given}"\n\nx')
    assert said(**one).attachments[0].name == name


def test_too_many_files_are_left_out_and_told_of() -> None:
    one = 'Content-Type: text/csv\nContent-Disposition: attachment; filename="a.csv"\n\n1'
    letter = said(**parts("mixed", "Content-Type: text/plain\n\nHere.", *[one] * 60))
    assert letter.text == "Here."
    assert len(letter.attachments) == 40
    assert "more than 40 files" in letter.left_out[0]


def test_a_mail_within_a_mail_is_a_file() -> None:
    letter = said(
        **parts(
            "mixed", "Content-Type: text/plain\n\nSee below.", "Content-Type: message/rfc822\n\nSubject: Old\n\nText"
        )
    )
    assert letter.text == "See below."
    assert letter.attachments[0].name == "attachment-1.eml"
    assert b"Subject: Old" in letter.attachments[0].content


def test_the_text_part_is_read_where_there_is_also_a_page() -> None:
    both = parts("alternative", "Content-Type: text/plain\n\nTwelve.", "Content-Type: text/html\n\n<p>12</p>")
    assert said(**both).text == "Twelve."
    empty = parts("alternative", "Content-Type: text/plain\n\n \n", "Content-Type: text/html\n\n<p>12</p>")
    assert said(**empty).text == "12"


def test_lines_that_the_program_broke_are_one_again() -> None:
    assert said("one \ntwo\n", Content_Type="text/plain; format=flowed").text == "one two"
