"""Backward passes as people write them: functions, classes, dictionaries, lists; each right as it stands.

Each comes with slips: a line, what it becomes, and the mistake that it is then.
"""

FUNCTIONS = """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward(X, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = sigmoid(Z1)
    Z2 = A1 @ W2 + b2
    A2 = sigmoid(Z2)
    return Z1, A1, Z2, A2

def backward(X, Y, W2, A1, A2):
    m = X.shape[0]
    dZ2 = (A2 - Y) * A2 * (1 - A2)
    dW2 = A1.T @ dZ2 / m
    db2 = dZ2.sum(axis=0) / m
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * A1 * (1 - A1)
    dW1 = X.T @ dZ1 / m
    db1 = dZ1.sum(axis=0) / m
    return dW1, db1, dW2, db2
"""

CLASS = '''
import numpy as np

class NeuralNetwork:
    """Examples are columns; the update happens on the way back."""

    def __init__(self, n_in, n_hidden, n_out, lr=0.1):
        self.W1 = np.random.randn(n_hidden, n_in)
        self.b1 = np.zeros((n_hidden, 1))
        self.W2 = np.random.randn(n_out, n_hidden)
        self.b2 = np.zeros((n_out, 1))
        self.lr = lr

    def forward(self, X):
        self.Z1 = self.W1 @ X + self.b1
        self.A1 = np.tanh(self.Z1)
        self.Z2 = self.W2 @ self.A1 + self.b2
        e = np.exp(self.Z2)
        self.A2 = e / e.sum(axis=0)  # softmax
        return self.A2

    def backward(self, X, Y):
        m = X.shape[1]
        dZ2 = (self.A2 - Y) / m
        dZ1 = self.W2.T @ dZ2 * (1 - self.A1 ** 2)
        self.W2 -= self.lr * dZ2 @ self.A1.T
        self.b2 -= self.lr * dZ2.sum(axis=1, keepdims=True)
        self.W1 -= self.lr * dZ1 @ X.T
        self.b1 -= self.lr * dZ1.sum(axis=1, keepdims=True)
'''

DICTIONARIES = """
import numpy as np

def forward_propagation(X, parameters):
    W1, b1, W2, b2 = (parameters[k] for k in ("W1", "b1", "W2", "b2"))
    Z1 = W1 @ X + b1
    A1 = np.tanh(Z1)
    A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))  # sigmoid
    cache = {"Z1": Z1, "A1": A1, "A2": A2}
    return A2, cache

def compute_cost(A2, Y):
    m = Y.shape[1]
    return -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m

def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    W2 = parameters["W2"]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = W2.T @ dZ2 * (1 - A1 ** 2)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}

def update_parameters(parameters, grads, learning_rate=1.2):
    return {k: parameters[k] - learning_rate * grads["d" + k] for k in parameters}
"""

NO_BIAS = """
import numpy as np

class NeuralNetwork:
    def __init__(self, x, y):
        self.input = x
        self.weights1 = np.random.rand(self.input.shape[1], 4)
        self.weights2 = np.random.rand(4, 2)
        self.y = y
        self.output = np.zeros(self.y.shape)

    def feedforward(self):
        self.layer1 = sigmoid(np.dot(self.input, self.weights1))
        self.output = sigmoid(np.dot(self.layer1, self.weights2))

    def backprop(self):
        delta = 2 * (self.y - self.output) * sigmoid_derivative(self.output)
        d_weights2 = np.dot(self.layer1.T, delta)
        d_weights1 = np.dot(self.input.T, np.dot(delta, self.weights2.T) * sigmoid_derivative(self.layer1))
        self.weights1 += d_weights1
        self.weights2 += d_weights2

def sigmoid(x):
    return 1.0 / (1 + np.exp(-x))

def sigmoid_derivative(x):
    return x * (1.0 - x)
"""

ONE_BY_ONE = """
import numpy as np

class Network:
    def __init__(self, sizes):
        self.sizes = sizes
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(np.dot(w, a) + b)
        return a

    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activation, activations, zs = x, [x], []
        for b, w in zip(self.biases, self.weights):
            zs.append(np.dot(w, activation) + b)
            activation = sigmoid(zs[-1])
            activations.append(activation)
        delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].T)
        for l in range(2, len(self.sizes)):
            delta = np.dot(self.weights[-l + 1].T, delta) * sigmoid_prime(zs[-l])
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l - 1].T)
        return nabla_b, nabla_w

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))
"""

STEP = """
import numpy as np

def step(W, b, X, y, lr):
    A = [X]
    for w, c in zip(W, b):
        A.append(np.tanh(A[-1] @ w + c))
    d = (A[-1] - y) * (1 - A[-1] ** 2) / len(X)
    for l in reversed(range(len(W))):
        dW, db = A[l].T @ d, d.sum(axis=0)
        d = (d @ W[l].T) * (1 - A[l] ** 2)
        W[l] = W[l] - lr * dW
        b[l] = b[l] - lr * db
    return W, b
"""

FROM_ZERO = """
import numpy as np

def relu(z):
    return np.maximum(z, 0)

def gradients(params, X, y):
    h = relu(X @ params["W0"].T + params["b0"])
    out = h @ params["W1"].T + params["b1"]
    d = (out - y) / len(X)
    dh = (d @ params["W1"]) * (h > 0)
    loss = ((out - y) ** 2).sum() / 2 / len(X)
    return loss, {"W0": dh.T @ X, "b0": dh.sum(axis=0), "W1": d.T @ h, "b1": d.sum(axis=0)}
"""

WORDS = """
import numpy as np

def train(inputs, targets, weights_input_hidden, weights_hidden_output, bias_hidden, bias_output,
          learning_rate=0.1, epochs=1):
    for _ in range(epochs):
        hidden = 1 / (1 + np.exp(-(np.dot(inputs, weights_input_hidden) + bias_hidden)))
        output = 1 / (1 + np.exp(-(np.dot(hidden, weights_hidden_output) + bias_output)))
        d_output = (targets - output) * output * (1 - output)
        d_hidden = d_output.dot(weights_hidden_output.T) * hidden * (1 - hidden)
        weights_hidden_output += hidden.T.dot(d_output) * learning_rate
        bias_output += np.sum(d_output, axis=0) * learning_rate
        weights_input_hidden += inputs.T.dot(d_hidden) * learning_rate
        bias_hidden += np.sum(d_hidden, axis=0) * learning_rate
    return weights_input_hidden, weights_hidden_output, bias_hidden, bias_output
"""

TWICE = {("loss-without-half", 2), ("sum-over-rows", 2)}
CONVENTION = TWICE  # A - Y is right for the binary cross-entropy

HIDDEN, UPDATE = "dZ1 = self.W2.T @ dZ2 * (1 - self.A1 ** 2)", "self.W2 -= self.lr * dZ2 @ self.A1.T"

# As a book has it that many have: the errors go back instead of the deltas.
ERRORS = """
import numpy as np

class neuralNetwork:
    def __init__(self, inputnodes, hiddennodes, outputnodes, learningrate):
        self.wih = np.random.normal(0.0, pow(inputnodes, -0.5), (hiddennodes, inputnodes))
        self.who = np.random.normal(0.0, pow(hiddennodes, -0.5), (outputnodes, hiddennodes))
        self.lr = learningrate
        self.activation_function = lambda x: 1 / (1 + np.exp(-x))

    def train(self, inputs_list, targets_list):
        inputs, targets = np.array(inputs_list, ndmin=2).T, np.array(targets_list, ndmin=2).T
        hidden_outputs = self.activation_function(np.dot(self.wih, inputs))
        final_outputs = self.activation_function(np.dot(self.who, hidden_outputs))
        output_errors = targets - final_outputs
        slopes = final_outputs * (1.0 - final_outputs)
        hidden_errors = np.dot(self.who.T, output_errors * slopes)
        self.who += self.lr * np.dot(output_errors * slopes, hidden_outputs.T)
        self.wih += self.lr * np.dot(hidden_errors * hidden_outputs * (1.0 - hidden_outputs), inputs.T)
"""

LABELS = """
import numpy as np

class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size):
        self.params = {"W1": np.random.randn(input_size, hidden_size), "b1": np.zeros(hidden_size),
                       "W2": np.random.randn(hidden_size, output_size), "b2": np.zeros(output_size)}

    def loss(self, X, y, reg=0.1):
        W1, b1, W2, b2 = (self.params[k] for k in ("W1", "b1", "W2", "b2"))
        h = np.maximum(0, X.dot(W1) + b1)
        scores = h.dot(W2) + b2
        probs = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        loss = -np.log(probs[np.arange(len(X)), y]).mean() + reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        dscores = probs.copy()
        dscores[np.arange(len(X)), y] -= 1
        dscores /= len(X)
        dh = dscores.dot(W2.T)
        dh[h <= 0] = 0
        grads = {"W2": h.T.dot(dscores) + 2 * reg * W2, "b2": dscores.sum(axis=0)}
        grads["W1"], grads["b1"] = X.T.dot(dh) + 2 * reg * W1, dh.sum(axis=0)
        return loss, grads
"""

KEPT = '''
import numpy as np

class Net:
    """The gradients are kept; there is one output, and the step is another function."""

    def __init__(self, n_x, n_h, n_y=1):
        self.W1, self.b1 = np.random.randn(n_x, n_h), np.zeros((1, n_h))
        self.W2, self.b2 = np.random.randn(n_h, 1), np.zeros((1, 1))

    def forward(self, X):
        self.a = np.tanh(X @ self.W1 + self.b1)
        self.out = 1 / (1 + np.exp(-(self.a @ self.W2 + self.b2)))
        return self.out

    def backward(self, X, Y):
        d = (self.out - Y) / len(X)
        self.dW2, self.db2 = self.a.T @ d, d.sum(0, keepdims=True)
        d = d @ self.W2.T * (1 - self.a ** 2)
        self.dW1, self.db1 = X.T @ d, d.sum(0, keepdims=True)

    def update(self, lr):
        for name in ("W1", "b1", "W2", "b2"):
            setattr(self, name, getattr(self, name) - lr * getattr(self, "d" + name))
'''

CACHES = """
import numpy as np

def forward(X, params):
    z = X @ params["w1"] + params["b1"]
    a = np.tanh(z)
    return 1 / (1 + np.exp(-(a @ params["w2"] + params["b2"]))), {"z": z, "a": a}

def backward(params, cache, Y, AL, X):
    d = (AL - Y) / len(Y)
    grads = {"w2": cache["a"].T @ d, "b2": d.sum(axis=0)}
    d = d @ params["w2"].T * (1 - cache["a"] ** 2)
    return {**grads, "w1": X.T @ d, "b1": d.sum(axis=0)}
"""

LOGITS = """
import numpy as np

def forward(X, W1, b1, W2, b2):
    return np.maximum(X @ W1 + b1, 0) @ W2 + b2

def backward(X, Y, W1, b1, W2, b2):
    H = np.maximum(X @ W1 + b1, 0)
    e = np.exp(H @ W2 + b2)
    d = (e / e.sum(axis=1, keepdims=True) - Y) / len(X)
    dH = d @ W2.T * (H > 0)
    return X.T @ dH, dH.sum(axis=0), H.T @ d, d.sum(axis=0)
"""

# The code, whether it is right only in another convention, and slips in it.
CODES = {
    "functions": (
        FUNCTIONS,
        [
            ("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1", {("hidden-derivative-missing", 1)}),
            ("dW1 = X.T @ dZ1 / m", "dW1 = X.T @ dZ1", {("weights-not-averaged", 1)}),
            ("db1 = dZ1.sum(axis=0) / m", "db1 = dZ1.sum() / m", {("bias-summed-over-everything", 1)}),
            ("dA1 = dZ2 @ W2.T", "dA1 = dZ2[:, -1:] @ W2.T[-1:]", {("only-last-path", 1)}),
            ("(A2 - Y) *", "(Y - A2) *", {("sign", 2)}),
        ],
    ),
    "class": (
        CLASS,
        [
            (
                f"{HIDDEN}\n        {UPDATE}\n",
                f"{UPDATE}\n        {HIDDEN}\n",
                {("hidden-delta-after-update", 1)},
            ),
            (
                "e.sum(axis=0)  # softmax",
                "e.sum(axis=1, keepdims=True)  # softmax",
                {("softmax-over-rows", 2)},
            ),
            ("(1 - self.A1 ** 2)", "self.A1 * (1 - self.A1)", {("a(1-a)-everywhere", 1)}),
            (
                "        self.b1 -= self.lr * dZ1.sum(axis=1, keepdims=True)\n",
                "",
                {("bias-never-updated", 1)},
            ),
        ],
    ),
    "dictionaries": (
        DICTIONARIES,
        [
            ("(1 - A1 ** 2)", "(1 - A1)", {("square-missing-in-tanh", 1)}),
            ("dZ2 = A2 - Y", "dZ2 = (A2 - Y) * A2 * (1 - A2)", {("derivative-where-it-cancels", 2)}),
            ("- learning_rate * grads", "+ learning_rate * grads", {("ascent", 1), ("ascent", 2)}),
        ],
    ),
    "no bias": (
        NO_BIAS,
        [
            ("* sigmoid_derivative(self.output)", "", CONVENTION),
            (" * sigmoid_derivative(self.layer1)", "", {*TWICE, ("hidden-derivative-missing", 1)}),
        ],
    ),
    "one by one": (
        ONE_BY_ONE,
        [
            (
                "sigmoid_prime(zs[-l])",
                "sigmoid_prime(activations[-l])",
                {("derivative-at-activation", 1), ("derivative-at-activation", 2)},
            ),
            (
                "nabla_w[-l] = np.dot(delta, activations[-l - 1].T)",
                "nabla_w[-l] = np.dot(delta, zs[-l - 1].T if l < len(self.sizes) - 1 else x.T)",
                {("weighted-sums-for-activations", 2)},
            ),
        ],
    ),
    "step": (
        STEP,
        [
            (
                "        d = (d @ W[l].T) * (1 - A[l] ** 2)\n        W[l] = W[l] - lr * dW\n",
                "        W[l] = W[l] - lr * dW\n        d = (d @ W[l].T) * (1 - A[l] ** 2)\n",
                {("hidden-delta-after-update", 1), ("hidden-delta-after-update", 2)},
            ),
            (
                "(1 - A[l] ** 2)",
                "(1 - np.tanh(A[l]) ** 2)",
                {("derivative-at-activation", 1), ("derivative-at-activation", 2)},
            ),
        ],
    ),
    "from zero": (
        FROM_ZERO,
        [
            (" * (h > 0)", "", {("hidden-derivative-missing", 1)}),
            ('"W1": d.T @ h', '"W1": d.T[:, -1:] @ h[-1:]', {("only-last-row", 2)}),
        ],
    ),
    "errors": (
        ERRORS,
        [
            (
                "np.dot(self.who.T, output_errors * slopes)",
                "np.dot(self.who.T, output_errors)",
                {("sum-over-rows", 2), ("errors-for-deltas", 1)},
            )
        ],
    ),
    "caches": (CACHES, [(' * (1 - cache["a"] ** 2)', "", {("hidden-derivative-missing", 1)})]),
    "logits": (LOGITS, [(" * (H > 0)", "", {("hidden-derivative-missing", 1)})]),
    "labels": (LABELS, [("        dh[h <= 0] = 0\n", "", {("hidden-derivative-missing", 1)})]),
    "kept": (KEPT, [(" * (1 - self.a ** 2)", "", {("hidden-derivative-missing", 1)})]),
    "words": (
        WORDS,
        [
            (" * hidden * (1 - hidden)", "", {("sum-over-rows", 2), ("hidden-derivative-missing", 1)}),
            ("(targets - output)", "(output - targets)", {("sum-over-rows", 2), ("sign", 2)}),
        ],
    ),
}
