"""What a reader chooses about how a trace is written: digits, length, and what is said of its origin."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from chainrule import __version__
from chainrule.network.formula import Quantity
from chainrule.trace.step import Trace


@dataclass(frozen=True)
class Options:
    """How a trace is written. None of it changes a number: that is what `Rounding` does.

    Parameters
    ----------
    digits : int
        Significant digits shown, 1 to 17; the numbers themselves keep theirs.
    decimals : int, optional
        Digits after the point instead; of a step computed by hand to so many decimals, by itself.
    most : int
        How many statements of one family are shown, 1 or more; how many are left out is said.
    origin : mapping of str to str
        What else is known of where the step is from: the command that made it, the seed.
    rounds : int
        How many rounds a workbook goes on for on a sheet of its own, 0 or more.
    """

    digits: int = 10
    decimals: int | None = None
    most: int = 100
    origin: Mapping[str, str] = field(default_factory=dict)
    rounds: int = 200

    def of(self, trace: Trace) -> "Options":
        """Return the options for a trace: one that was rounded to decimals shows as many."""
        decimals = trace.rounding.decimals if trace.rounding else None
        if self.decimals is not None or decimals is None:
            return self
        return replace(self, decimals=decimals)

    def number(self, value: float) -> str:
        """Return a number with the digits asked for.

        Examples
        --------
        >>> Options(digits=4).number(0.0821670), Options(decimals=4).number(0.525)
        ('0.08217', '0.5250')
        """
        value += 0.0  # no minus before a zero
        return f"{value:.{self.digits}g}" if self.decimals is None else f"{value:.{self.decimals}f}"

    def value(self, trace: Trace, quantity: Quantity) -> str:
        """Return the number of a quantity; one that came in keeps its own digits."""
        given = (quantity.name, quantity.indices[0]) in trace.given
        value = trace.value(quantity)
        return Options(self.digits).number(value) if given else self.number(value)

    def provenance(self, trace: Trace) -> dict[str, str]:
        """Return what every export carries: who wrote it, of which network, and how to make it again."""
        return {
            "chainrule": __version__,
            "network": str(trace.network),
            "optimizer": str(trace.optimizer),
            **self.origin,
        }
