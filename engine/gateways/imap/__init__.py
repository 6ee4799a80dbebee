"""Reading folders of mail servers: the protocol, IMAP, and its twin in memory."""

from engine.gateways.imap.folder import Folder, Head, Login, Opens, Place, Server, Trouble
from engine.gateways.imap.memory import MemoryServer
from engine.gateways.imap.wire import open_folder

__all__ = ["Folder", "Head", "Login", "MemoryServer", "Opens", "Place", "Server", "Trouble", "open_folder"]
