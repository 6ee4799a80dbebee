"""Bytes of a named charset as text, whatever they really are."""

import codecs

_REFUSED = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"})
"""Codecs that are no charset of mails, and take time that grows with the square of the text, or do worse."""
_MEANT = {"utf8mb4": "utf-8", "utf-8mb4": "utf-8", "unicode": "utf-8", "x-unknown": "utf-8", "ansi": "cp1252",
          "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "x-sjis": "shift_jis", "us-ascii": "utf-8",
          "ascii": "utf-8", "iso-8859-1": "cp1252", "latin1": "cp1252", "x-mac-roman": "mac_roman",
          "x-gbk": "gbk", "gb2312": "gb18030", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
          "windows-874": "cp874", "tis-620": "cp874", "unicode-1-1-utf-7": "utf-7"}  # fmt: skip


def text_of(content: bytes, charset: str) -> str:
    """The text. A charset that is unknown or wrong costs single letters, never the text."""
    for name in (_MEANT.get(charset.strip().lower(), charset), "utf-8"):
        if (known := _known(name)) and (text := _strictly(content, known)) is not None:
            return text
    known = _known(charset)
    if known and known != "utf-8":
        return _loosely(content, known)
    return content.decode("cp1252", "replace")


def _known(name: str) -> str:
    """The codec's own name, or empty."""
    try:
        known = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):  # ValueError: a name with NUL
        return ""
    return "" if known in _REFUSED else known


def _strictly(content: bytes, name: str) -> str | None:
    try:
        return content.decode(name)
    except (UnicodeError, LookupError):  # LookupError: not an encoding of text
        return None


def _loosely(content: bytes, name: str) -> str:
    try:
        return content.decode(name, "replace")
    except (UnicodeError, LookupError):
        return content.decode("cp1252", "replace")
