"""The command line: each command parses, calls and prints; what it needs it imports when it runs."""

from chainrule.cli.main import main

__all__ = ["main"]
