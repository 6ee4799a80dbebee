"""Whether everything that should come in and go out does: what was seen last, what is silent, what is broken."""
