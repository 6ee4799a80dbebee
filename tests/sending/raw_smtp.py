"""A mail server that keeps every byte that it was sent, and what can be said of them."""

import asyncio
import re
from collections import Counter

_NAME = re.compile(rb"([A-Za-z0-9-]+):")


class RawServer:
    """`conversations` holds the bytes of each connection, as they came. It offers what a modern server offers."""

    def __init__(self) -> None:
        self.conversations: list[bytearray] = []
        self.port = 0

    async def __aenter__(self) -> "RawServer":
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0, limit=1 << 24)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        log = bytearray()
        self.conversations.append(log)
        writer.write(b"220 raw ready\r\n")
        try:
            while line := await reader.readuntil(b"\r\n"):
                log += line
                if line.upper().startswith(b"EHLO"):
                    writer.write(b"250-raw\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n250 PIPELINING\r\n")
                elif line.upper().startswith(b"DATA"):
                    writer.write(b"354 go ahead\r\n")
                    log += await reader.readuntil(b"\r\n.\r\n")
                    writer.write(b"250 kept\r\n")
                else:
                    writer.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 fine\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class Seen:
    """One connection with one mail, taken apart by the strict rules. `commands` are those before DATA and after the
    message, `headers` the names of the mail's own headers."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        before, _, rest = raw.partition(b"DATA\r\n")
        self.message, _, after = rest.partition(b"\r\n.\r\n")
        lines = [*before.split(b"\r\n"), *after.split(b"\r\n")]
        self.commands = [line.split(b" ")[0].upper().decode("latin-1") for line in lines if line]
        self.recipients = [line for line in lines if line.upper().startswith(b"RCPT")]
        head = self.message.partition(b"\r\n\r\n")[0]
        folded = re.sub(rb"\r\n[ \t]", b" ", head)
        self.lines = folded.split(b"\r\n")
        self.headers = Counter(found[1].decode() if (found := _NAME.match(line)) else "?" for line in self.lines)

    def wrong(self) -> list[str]:
        """What no mail of ours may have, whatever was put into it."""
        found = {
            "a bare line feed": re.search(rb"(?<!\r)\n", self.raw),
            "a bare carriage return": re.search(rb"\r(?!\n)", self.raw),
            "a NUL": b"\0" in self.raw,
            "a line with a single dot inside": re.search(rb"[\r\n]\.[\r\n]", self.message),
            "a line beyond the limit": any(len(line) > 998 for line in self.message.split(b"\r\n")),
            "a command of the mail's own": [c for c in self.commands if c not in ("EHLO", "MAIL", "RCPT", "QUIT")],
        }
        return [what for what, there in found.items() if there]
