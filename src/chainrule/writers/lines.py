"""Lines of text that fit a terminal."""

import textwrap

WIDTH = 80
NO_BREAK = "\N{NO-BREAK SPACE}"


def shown_controls(text: str) -> str:
    r"""Return text with everything that a terminal would obey instead of show as its number.

    Examples
    --------
    >>> shown_controls("a\x1b[31m\u202eb")
    'aU+001B[31mU+202Eb'
    """
    return "".join(
        letter if letter.isprintable() or letter == NO_BREAK else f"U+{ord(letter):04X}" for letter in text
    )


def wrapped(lead: str, line: str, indent: str) -> list[str]:
    """Break a line where it would be too long: between terms, or if need be inside them.

    Parameters
    ----------
    lead, indent : str
        What the first line begins with, and what the others do.
    line : str
        The line.
    """
    kept_together = line
    for times in "·*":
        kept_together = kept_together.replace(f" {times} ", f"{NO_BREAK}{times}{NO_BREAK}")
    for each in (kept_together, line):
        lines = textwrap.wrap(
            each,
            WIDTH,
            initial_indent=lead,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        if max(map(len, lines)) <= WIDTH:
            break
    return [shown.replace(NO_BREAK, " ") for shown in lines]
