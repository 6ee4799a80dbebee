"""A process played through with people that behave in a certain way, on a virtual clock; nothing is sent."""

from engine.preview.rehearsal.personas import PERSONAS, Persona
from engine.preview.rehearsal.rehearsing import Rehearsal, Said, of_script, play
from engine.preview.rehearsal.samples import Made

__all__ = ["PERSONAS", "Made", "Persona", "Rehearsal", "Said", "of_script", "play"]
