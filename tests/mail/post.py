"""Raw mails for tests: fields in their order and a body, put together as a server hands them over."""

from email.header import Header

ANN, US = "Ann Lee <ann@acme.test>", "replies@northwind.example"


def raw(body: str = "Yes, please.\n", **fields: str) -> bytes:
    """A mail from Ann to us. Fields replace the usual ones; an empty one takes it away; `_` in names is a hyphen."""
    usual = {
        "Received": "from mail.acme.test ([203.0.113.7]) by mx.northwind.example; Mon, 2 Mar 2026 10:00:00 +0000",
        "From": ANN,
        "To": US,
        "Subject": "Re: A few questions",
        "Date": "Mon, 2 Mar 2026 10:00:00 +0000",
        "Message-ID": "<answer-1@acme.test>",
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "8bit",
    }
    named = {**usual, **{name.replace("_", "-"): value for name, value in fields.items()}}
    lines = [f"{name}: {_encoded(value)}" for name, value in named.items() if value]
    return "\r\n".join([*lines, "", body.replace("\n", "\r\n")]).encode()


def parts(subtype: str, *inner: str, boundary: str = "b1") -> dict[str, str]:
    """Fields and body of a multipart mail; each part with its own fields above an empty line."""
    body = "".join(f"--{boundary}\n{part}\n" for part in inner) + f"--{boundary}--\n"
    return {
        "Content_Type": f'multipart/{subtype}; boundary="{boundary}"',
        "Content_Transfer_Encoding": "",
        "body": body,
    }


def _encoded(value: str) -> str:
    return value if value.isascii() else Header(value, "utf-8", maxlinelen=900).encode()
