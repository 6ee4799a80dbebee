"""The dossier of a rehearsal: one HTML file with everything that anybody would see, and when."""

from engine.preview.dossier.page import page
from engine.preview.dossier.summary import summary
from engine.preview.dossier.viewing import Letter, Paper, Sender, Views, views

__all__ = ["Letter", "Paper", "Sender", "Views", "page", "summary", "views"]
