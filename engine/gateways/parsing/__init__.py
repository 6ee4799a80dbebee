"""Understanding of raw mails in a limited process: bytes from anybody in, plain data out."""

from engine.gateways.parsing.letter import Attached, Complaint, Failure, Letter, Unreadable
from engine.gateways.parsing.parser import Parser

__all__ = ["Attached", "Complaint", "Failure", "Letter", "Parser", "Unreadable"]
