"""Results on standard output, also where its encoding has few letters."""

import json
import sys


def say(text: str, end: str = "\n") -> None:
    """Print text at once; in ASCII where the output's encoding lacks one of its letters."""
    if not can_be_written(text):
        from chainrule.writers.formula_text import in_ascii

        text = in_ascii(text)
    print(text, end=end, flush=True)


def say_json(told: object) -> None:
    """Print plain data as JSON at once, which can spell any letter in ASCII."""
    text = json.dumps(told, indent=2, ensure_ascii=False)
    print(text if can_be_written(text) else json.dumps(told, indent=2), flush=True)


def can_be_written(text: str) -> bool:
    """Return whether the encoding of standard output has all letters of a text."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
