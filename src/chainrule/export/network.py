"""A network as nodes of an ONNX graph: for each layer Z = A W + b, and A = f(Z)."""

from chainrule.errors import InvalidTypeError, TooLargeError, sentence
from chainrule.export.activations import Pen, row_of
from chainrule.export.graph import Graph
from chainrule.network import accept
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters

LARGEST_FILE = 2**31 - 2**20  # bytes of numbers: Protocol Buffers end at 2 GiB, and names need some of it
PRECISIONS = ("float32", "float64")


def write_network(graph: Graph, network: Network, parameters: Parameters, X: str) -> str:
    """Write the nodes that turn inputs into outputs.

    Parameters
    ----------
    graph : Graph
        Where they go. The names that inputs and outputs are to have must be taken there already.
    network, parameters : Network, Parameters
        What is written; the parameters float32 or float64.
    X : str
        The name of the inputs, shape (n, d_0), of the precision of the parameters.

    Returns
    -------
    str
        The name of the outputs A[L], shape (n, d_L), of that precision.

    Raises
    ------
    InvalidValueError
        If an activation is one of the user's own, or a parameter is not finite.
    InvalidTypeError
        If the parameters are of another precision.
    TooLargeError
        If the numbers are more than an ONNX file holds.

    Examples
    --------
    >>> graph, network = Graph(), Network.dense([2, 3, 1], hidden="tanh", bias="none")
    >>> X = graph.add_input("X", "float64", 2)
    >>> write_network(graph, network, Parameters.initial(network), X)
    'Z2'
    >>> [node.op for node in graph.nodes], list(graph.arrays)
    (['MatMul', 'Tanh', 'MatMul'], ['W1', 'W2'])
    """
    theta = parameters.theta
    require_precision(parameters)
    if theta.nbytes > LARGEST_FILE:
        was, may_be = f"{theta.nbytes:,} bytes", f"at most {LARGEST_FILE:,} bytes in one ONNX file"
        raise TooLargeError(f"the network {network} was {was}; it may be {may_be}")
    accept.refuse_nonfinite("theta", theta)
    rows = [row_of(layer.activation) for layer in network.layers]
    write = Pen(graph, theta.dtype)
    A = X
    for number, row in enumerate(rows, start=1):
        W, b = parameters.W[number], parameters.b[number]
        weights = graph.array(f"W{number}", W)
        product = "Z" if b is None else "A W"
        Z = graph.node("MatMul", A, weights, out=graph.free(f"{product}{number}"))
        if b is not None:
            Z = graph.node("Add", Z, graph.array(f"b{number}", b), out=graph.free(f"Z{number}"))
        A = row(write, Z)
    return A


def require_precision(parameters: Parameters) -> None:
    """Raise InvalidTypeError unless parameters are float32 or float64."""
    dtype = parameters.theta.dtype
    if dtype.name not in PRECISIONS:
        raise InvalidTypeError(
            sentence("the dtype of the parameters", dtype, " or ".join(PRECISIONS), "astype makes them so")
        )
