"""What to do about a database that does not answer. Standard library only: the quick status says it, too."""

_WAYS = (
    (("not a database", "malformed"), "Restore the last backup; database.url in baton.yaml says where the file is"),
    (("is locked", "is busy"), "Another program has it for itself: wait for its end, or end it, and try again"),
    (("is full", "disk I/O", "No space left"), "Is its disk full? Make room there, and try again"),
    (
        ("readonly", "unable to open"),
        "Whoever runs Baton must be able to write the file and its folder: database.url in baton.yaml",
    ),
)


def way_out(said: str) -> str:
    """For what a database says of its trouble; empty where that is nothing that anybody but us can repair."""
    return next((way for words, way in _WAYS if any(word in said for word in words)), "")
