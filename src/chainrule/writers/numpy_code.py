"""A step as lines of NumPy, a matrix at a time, made from the same formulas as every statement."""

from collections.abc import Iterator
from typing import NamedTuple

from chainrule.network.activations import RowActivation
from chainrule.network.formula import Formula, Number, Quantity
from chainrule.trace.step import Trace
from chainrule.trace.updates import rule
from chainrule.writers.formula_python import NUMPY, PythonPrinter
from chainrule.writers.printer import ATOM, POWER


class Lines(NamedTuple):
    """What one equation is in one layer: lines of code, and the arrays that they make.

    Parameters
    ----------
    part, equation : str
        As for a family.
    layer : int
        The layer.
    code : tuple of str
        The lines.
    made : tuple of str
        The names of the arrays.
    """

    part: str
    equation: str
    layer: int
    code: tuple[str, ...]
    made: tuple[str, ...]


class _Rows(PythonPrinter):
    """Prints the formula of a row activation: axes are the row, unit j and unit k."""

    def sum(self, body: Formula, index: str) -> tuple[str, int]:
        """Return the sum over the last axis, which is the only letter that is summed over."""
        assert index == "k"
        return f"{self.inside(body, ATOM)}.sum(axis=2, keepdims=True)", POWER


def _printer(leaf: dict[str, str]) -> PythonPrinter:
    """Return a printer of entrywise formulas, with what each quantity is called."""
    return PythonPrinter(lambda quantity: leaf[quantity.name], repr, NUMPY)


def numpy_step(trace: Trace) -> Iterator[Lines]:
    """Yield the code of a whole step: forward, loss, backward, update.

    Parameters
    ----------
    trace : Trace
        The step; its arrays X, Y, W1, b1, ..., eta and t are taken to be there.

    Examples
    --------
    >>> import chainrule as cr
    >>> [line for each in numpy_step(cr.tutorials.load("jain").trace()) for line in each.code][:2]
    ['Z1 = X @ W1 + b1', 'A1 = 1 / (1 + np.exp(-Z1))']
    """
    return _Step(trace).lines()


class _Step:
    """Writes the code of one step."""

    def __init__(self, trace: Trace) -> None:
        self.trace, self.network, self.start = trace, trace.network, trace.start

    def lines(self) -> Iterator[Lines]:
        """Yield the code in the order of computation."""
        L = self.network.depth
        for l in range(1, L + 1):
            yield from self._forward(l)
        yield self._loss()
        for l in range(L, 0, -1):
            yield self._error(l)
            yield self._gradients(l)
        for l in range(1, L + 1):
            yield self._update(l)

    def _seen(self, l: int) -> str:
        """Return what the next layer sees of a layer."""
        if l == 0:
            return "X"
        return f"A{l}" if self.start.mask(l) is None else f"passed_on{l}"

    def _forward(self, l: int) -> Iterator[Lines]:
        layer, f = self.network.layer(l), self.network.layer(l).activation
        bias = "" if layer.bias == "none" else f" + b{l}"
        net = f"Z{l} = {self._seen(l - 1)} @ W{l}{bias}"
        yield Lines("forward", "F1", l, (net,), (f"Z{l}",))
        if isinstance(f, RowActivation):
            code = [f"A{l} = ({_row_code(f.formula, l)})[:, :, 0]"]
        else:
            code = [f"A{l} = {_printer({'z': f'Z{l}'}).text(f.formula)}"]
        made = [f"A{l}"]
        if self.start.mask(l) is not None:
            code.append(f"passed_on{l} = mask{l} * A{l}")
            made.append(f"passed_on{l}")
        yield Lines("forward", "F2", l, tuple(code), tuple(made))

    def _of_loss(self, tree: Formula) -> str:
        """Return a formula of the loss on the arrays of the output layer."""
        L, outputs = self.network.depth, self.network.sizes[-1]
        names = {"a": f"A{L}", "y": "Y", "q": "q", "d": str(outputs)}
        return _printer(names).text(tree)

    def _mean(self, of_rows: str) -> str:
        """Return the mean over the rows of what holds for each; weighted where they have weights."""
        if self.start.data.row_weights is not None:
            return f"(w[:, None] * ({of_rows})).sum() / w.sum()"
        return f"({of_rows}).sum()" + (f" / {len(self.start.data.X)}" if len(self.start.data.X) > 1 else "")

    def _loss(self) -> Lines:
        terms = f"loss_terms = {self._of_loss(self.network.loss.formula)}"
        code, total = [terms], self._mean("loss_terms")
        if self.start.penalty:
            each = [
                f"({_printer({'w': f'W{l}'}).text(self.start.penalty.formula)}).sum()"
                for l, layer in enumerate(self.network.layers, start=1)
                if layer.train_weights
            ]
            code.append(f"penalty = {' + '.join(each) or '0'}")
            total += " + penalty"
        return Lines("loss", "loss", self.network.depth, (*code, f"loss = {total}"), ("loss_terms", "loss"))

    def _error(self, l: int) -> Lines:
        f = self.network.layer(l).activation
        code = [f"dA{l} = {self._upstream(l)}"]
        if isinstance(f, RowActivation):
            code.append(f"jacobian{l} = {_row_code(f.slope, l)}  # [row, j, k]: how A[j] changes with Z[k]")
            code.append(f'delta{l} = np.einsum("rj,rjk->rk", dA{l}, jacobian{l})')
        else:
            slope = _printer({"z": f"Z{l}", "a": f"A{l}"}).text(f.slope)
            constant = f.slope == Number(1)
            code.append(f"slope{l} = np.ones_like(Z{l})" if constant else f"slope{l} = {slope}")
            code.append(f"delta{l} = dA{l} * slope{l}")
        equation = "BP1" if l == self.network.depth else "BP2"
        return Lines("backward", equation, l, tuple(code), (f"dA{l}", f"delta{l}"))

    def _upstream(self, l: int) -> str:
        """Return dLoss/dA: at the output from the loss, below it from the deltas of the next layer."""
        if l < self.network.depth:
            back = f"delta{l + 1} @ W{l + 1}.T"
            return back if self.start.mask(l) is None else f"({back}) * mask{l}"
        slope = self._of_loss(self.network.loss.slope)
        if self.start.data.row_weights is not None:
            return f"w[:, None] * ({slope}) / w.sum()"
        return slope if len(self.start.data.X) == 1 else f"({slope}) / {len(self.start.data.X)}"

    def _gradients(self, l: int) -> Lines:
        layer = self.network.layer(l)
        dW = f"dW{l} = {self._seen(l - 1)}.T @ delta{l}"
        if self.start.penalty and layer.train_weights:
            dW += f" + {_printer({'w': f'W{l}'}).inside(self.start.penalty.slope, 1)}"
        code, made = [dW], [f"dW{l}"]
        if layer.bias != "none":
            summed = "delta{l}.sum(keepdims=True)[0]" if layer.bias == "shared" else "delta{l}.sum(axis=0)"
            code.append(f"db{l} = {summed.format(l=l)}")
            made.append(f"db{l}")
        return Lines("backward", "BP4", l, tuple(code), tuple(made))

    def _update(self, l: int) -> Lines:
        layer = self.network.layer(l)
        code, made = [], []
        for letter, there, trained in (
            ("W", True, layer.train_weights),
            ("b", layer.bias != "none", layer.train_bias),
        ):
            if there:
                code += self._updated(letter, l) if trained else [f"{letter}{l}_new = {letter}{l}  # frozen"]
                made.append(f"{letter}{l}_new")
        return Lines("update", "U", l, tuple(code), tuple(made))

    def _updated(self, letter: str, l: int) -> list[str]:
        """Return the lines that the optimizer takes for one array: its slots, then the array."""
        known = {"theta": f"{letter}{l}", "dtheta": f"d{letter}{l}", "eta": "eta", "t": "t"}
        for slot in self.start.slots:
            known |= {slot: f"{slot}_{letter}{l}", f"{slot}_after": f"{slot}_{letter}{l}_new"}
        trees = rule(self.trace.optimizer, Quantity("t"), decays=letter == "W")
        printer = _printer(known)
        return [
            f"{known['theta' if name == 'theta' else name]}_new = {printer.text(tree)}"
            for name, tree in trees.items()
        ]


def _row_code(tree: Formula, l: int) -> str:
    """Return the formula of a row activation with an axis for j and one for k."""
    axes = {"j": "[:, :, None]", "k": "[:, None, :]"}

    def leaf(quantity: Quantity) -> str:
        if quantity.name == "same":
            return f"np.eye(Z{l}.shape[1])"
        return f"{quantity.name.upper()}{l}{axes[str(quantity.indices[0])]}"

    return _Rows(leaf, repr, NUMPY).text(tree)
