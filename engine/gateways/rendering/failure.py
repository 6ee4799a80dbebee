"""What a template that cannot be rendered raises."""

from engine.gateways.outcome import Refused


class RenderFailed(Refused):
    """The template or its values must change. Codes:

    `missing_value` (a name without a value), `template_syntax`, `template_error`
    (an operation that its values do not allow), `too_slow`, `too_big`, `crashed`.
    """
