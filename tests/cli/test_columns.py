"""What clients have written, in a terminal."""

from cli.columns import printable


def test_lines_become_one_and_nothing_steers_the_terminal() -> None:
    assert printable("Dear all,\nsee\x1b[2J") == "Dear all, see\ufffd[2J"


def test_letters_and_emoji_that_are_joined_stay_whole() -> None:
    assert printable("👩\u200d💻 می\u200cخواهم") == "👩\u200d💻 می\u200cخواهم"
