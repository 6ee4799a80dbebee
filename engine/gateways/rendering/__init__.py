"""Rendering of mails and documents in child processes that cannot hurt anybody."""

from engine.gateways.rendering.brand import Brand
from engine.gateways.rendering.failure import RenderFailed
from engine.gateways.rendering.renderer import RenderedDocument, RenderedMail, Renderer

__all__ = ["Brand", "RenderFailed", "RenderedDocument", "RenderedMail", "Renderer"]
