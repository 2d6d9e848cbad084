"""Which names the reader has chosen: a notation, and what the inputs and outputs of a table are called."""

from dataclasses import dataclass
from typing import Any

from chainrule.errors import InvalidValueError, Words, sentence
from chainrule.network.network import Network
from chainrule.trace.naming import Naming
from chainrule.trace.notations import NOTATIONS, notation

LONGEST = 60  # letters of a name


@dataclass(frozen=True)
class Names:
    """A choice of names, as words that a link can carry.

    Parameters
    ----------
    notation : str
        The name of a notation.
    inputs, outputs : tuple of str
        What the inputs and outputs are called, where they have names of their own; else empty.
    """

    notation: str = "ours"
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()

    def naming(self, network: Network, rows: int = 1) -> Naming:
        """Return the naming for a network, and for steps of so many rows.

        Raises
        ------
        UnknownNameError
            When there is no such notation; the nearest is given.

        Examples
        --------
        >>> from chainrule.network.formula import Quantity
        >>> network = Network.dense([1, 2])
        >>> Names("jain", ("age",), ("yes", "no")).naming(network).name(Quantity("A", (1, 0, 1)))
        'out_no'
        """
        naming = notation(self.notation, network, rows)
        units = naming.tables.get("units")
        if units is None or not (self.inputs or self.outputs):
            return naming
        ends = (self.inputs or units[0], self.outputs or units[-1])
        own = [list(ends[0]), *map(list, units[1:-1]), list(ends[1])]
        return Naming(naming.templates, {**naming.tables, "units": own}, orientation=naming.orientation)

    def option(self, word: str) -> str:
        """Return what is typed to have these names where a word alone would bring others."""
        usual = word if word in NOTATIONS else "ours"
        return "" if self.notation == usual else f" --names {self.notation}"

    def as_dict(self) -> dict[str, Any]:
        """Return the choice as plain data."""
        return {"notation": self.notation, "inputs": list(self.inputs), "outputs": list(self.outputs)}

    @classmethod
    def from_dict(cls, told: Any, network: Network) -> "Names":
        """Return the choice that plain data describes, once it fits the network.

        Raises
        ------
        InvalidValueError
            When it does not.
        """
        sizes = {"inputs": network.sizes[0], "outputs": network.sizes[-1]}
        for which, size in sizes.items():
            names = told[which]
            if not isinstance(names, list) or len(names) not in (0, size):
                had = Words(f"{len(names)} names" if isinstance(names, list) else "no list")
                raise InvalidValueError(sentence(f"what the {which} had", had, f"a list of {size} names"))
        given = {which: tuple(str(each)[:LONGEST] for each in told[which]) for which in sizes}
        chosen = cls(str(told["notation"])[:LONGEST], **given)
        chosen.naming(network)
        return chosen
