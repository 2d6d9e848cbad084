"""The usual names: what functions that learn, their parameters and their results are called."""

import re
from typing import NamedTuple

FORWARD = (
    "forward",
    "forwardpass",
    "forwardpropagation",
    "forwardprop",
    "feedforward",
    "propagate",
    "predict",
)
GRADIENTS = (
    *("backward", "backwardpass", "backwardpropagation", "backprop", "backpropagation", "backpropagate"),
    *("gradients", "gradient", "grads", "grad", "computegradients", "computegrads", "getgradients"),
    *("calculategradients", "lossandgradients", "lossandgrad"),
)
STEP = (
    *(
        "step",
        "trainstep",
        "trainingstep",
        "gradientdescentstep",
        "gradientstep",
        "sgdstep",
        "updateparameters",
    ),
    *("updateparams", "updateweights", "update", "gradientdescent", "trainonbatch", "train", "fit", "learn"),
)
LOSS = (
    "loss",
    "cost",
    "computeloss",
    "computecost",
    "lossfunction",
    "costfunction",
    "error",
    "mse",
    "crossentropy",
)
# What is called by a name of its own because it comes from another of these functions.
OUTPUT = ("output", "outputs", "out", "ypred", "yhat", "predictions", "pred", "prediction", "al", "probs")
CACHE = ("cache", "caches", "memory", "activations", "forwardresult", "tape")
GRADIENTS_KEPT = ("grads", "gradients", "grad", "gradient")
# What else such a function's name may have in it, and what tells a helper from it.
ALSO = ("backward", "backprop", "gradients", "grads", "train", "update", "gradient", "cost", "loss")
HELPERS = ("sigmoid", "relu", "tanh", "softmax", "linear", "activation", "deriv", "prime", "init", "predict")


class Meaning(NamedTuple):
    """What a name means.

    Parameters
    ----------
    kind : str
        "X", "Y", "W", "b", "dW", "db", "Z", "A", "parameters", "rate", "steps", "rows", "loss", "sizes", or
        "inputs", "hidden" and "outputs" for a number of units.
    layer : int, optional
        Of which layer, as it is written; None for all of them in a list, or where there is none.
    """

    kind: str
    layer: int | None = None


_WORDS = {
    "X": "x inputs input data features xtrain trainx xbatch xs trainingdata inputdata inputslist row xi",
    "Y": "y targets target labels label ytrue t ytrain trainy ybatch ys expected desired targetslist yi",
    "W": "w ws weights weight thetas coefs",
    "b": "b bs biases bias intercepts",
    "dW": "dw dws dweights gradw gradsw nablaw weightgradients weightgrads deltaw gradientsw wgrad wgrads",
    "db": "db dbs dbiases dbias gradb gradsb nablab biasgradients biasgrads deltab gradientsb bgrad bgrads",
    "parameters": "params parameters theta model network net param",
    "rate": "lr eta learningrate alpha rate stepsize learnrate",
    "penalty": "reg lambd lam lambda regularization weightdecay l2 l2reg",
    "steps": "epochs iterations niter numiterations nepochs numepochs steps iters epoch niterations",
    "rows": "m n nsamples numsamples batchsize",
    "loss": "loss cost error mse totalloss",
    "sizes": "sizes layers layersizes topology dims layerdims dimensions architecture",
    "inputs": "nfeatures nin ninputs inputsize inputdim nx inputnodes ninput numinputs din",
    "hidden": "nhid nhidden hiddensize hiddendim nh hiddennodes numhidden hidden hiddenunits",
    "hiddens": "hiddenlayersizes hiddensizes hiddenlayers hiddendims",
    "outputs": "nout noutputs outputsize outputdim ny outputnodes noutput numoutputs dout",
}
_BY_WORD = {word: Meaning(kind) for kind, words in _WORDS.items() for word in words.split()}
# The two layers of a small network, by what they lie between.
_LAYERS = {
    1: "h hidden ih inputhidden inputtohidden xh hiddenlayer",
    2: "o out output ho hiddenoutput hiddentooutput hy outputlayer",
}
_BY_PLACE = {word: layer for layer, words in _LAYERS.items() for word in words.split()}
_PLACES = "|".join(sorted(_BY_PLACE, key=len, reverse=True))
_PARAMETERS = {"W": "w|ws|wt|weights?|theta|syn", "b": "b|bs|bias|biases"}
_GRADIENT = "(?:d|g|grad|nabla|delta|d[lje]d)"
_PATTERNS = {
    **{kind: rf"(?:{of})(\d|{_PLACES})|(\d|{_PLACES})(?:{of})" for kind, of in _PARAMETERS.items()},
    **{
        f"d{kind}": rf"{_GRADIENT}(?:{of})(\d|{_PLACES})|{_GRADIENT}(\d|{_PLACES})(?:{of})"
        for kind, of in _PARAMETERS.items()
    },
    "Z": r"(?:z|net)(\d)",
    "A": r"(?:a|out|activation)(\d)",
}


def plain(name: str) -> str:
    """Return a name in small letters, without underscores.

    Examples
    --------
    >>> plain("_Learning_Rate")
    'learningrate'
    """
    return name.lower().replace("_", "")


def meaning(name: str) -> Meaning | None:
    """Return what a name means, or None where it is none of the usual ones.

    Examples
    --------
    >>> meaning("dW2"), meaning("weights_hidden_output"), meaning("learning_rate"), meaning("foo")
    (Meaning(kind='dW', layer=2), Meaning(kind='W', layer=2), Meaning(kind='rate', layer=None), None)
    """
    word = plain(name)
    if word in _BY_WORD:
        return _BY_WORD[word]
    for kind, pattern in _PATTERNS.items():
        if found := re.fullmatch(pattern, word):
            place = next(filter(None, found.groups()))
            return Meaning(kind, int(place) if place.isdigit() else _BY_PLACE[place])
    return None
