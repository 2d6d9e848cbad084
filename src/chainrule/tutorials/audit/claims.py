"""What the tutorials claim in words, and the computation that tries each claim."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from chainrule.tutorials.audit import experiments
from chainrule.tutorials.audit.entry import MEANINGS, Entry, Verdict
from chainrule.tutorials.audit.experiments import Outcome
from chainrule.tutorials.audit.formulas import Formulas
from chainrule.tutorials.audit.printing import shown
from chainrule.tutorials.grammar import parse

if TYPE_CHECKING:
    from chainrule.tutorials.tutorial import Tutorial


@dataclass(frozen=True)
class Says:
    """A claim that is formulas: each has to hold."""

    formulas: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Prints:
    """A claim about numbers that are printed: it is as right as the worst of them."""

    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Shows:
    """A claim about formulas that are printed: it is as right as the worst of them."""

    formulas: tuple[str, ...]


@dataclass(frozen=True)
class Tries:
    """A claim that an experiment decides."""

    experiment: Callable[["Tutorial"], Outcome]


@dataclass(frozen=True)
class Has:
    """A choice that the tutorial makes: its network has to have it."""

    fact: Callable[["Tutorial"], bool]
    found: str


@dataclass(frozen=True)
class Words:
    """A claim about words or about others' habits: there is nothing to compute."""

    why: str = "a choice of words: there is nothing to compute"


Claim: TypeAlias = Says | Prints | Shows | Tries | Has | Words


def says(*formulas: str) -> Says:
    """Return a claim that is formulas, each written as "left = right"."""
    return Says(tuple(tuple(each.split(" = ", 1)) for each in formulas))  # type: ignore[misc]


def _loss_is(name: str) -> Callable[["Tutorial"], bool]:
    return lambda tutorial: tutorial.network.loss.name == name


SUM_OF_HALF_SQUARES = Has(_loss_is("half_squared_error"), "half the squared error, summed over the outputs")
NEW_AFTER_ALL = Has(
    lambda tutorial: (
        [f.part for f in tutorial.trace().families].index("update")
        > max(n for n, f in enumerate(tutorial.trace().families) if f.part == "backward")
    ),
    "every gradient of the step comes before the first new weight",
)


def _biases(tutorial: "Tutorial") -> list[int]:
    return [layer.biases for layer in tutorial.network.layers]


def _layers_are_letters(tutorial: "Tutorial") -> bool:
    """Return whether the units of layer l are called by its letter and a number from 1."""
    units = tutorial.naming.tables["units"]
    return all(
        names == [f"{letter}{j + 1}" for j in range(len(names))]
        for letter, names in zip("abcd", units, strict=True)
    )


def _transposes_to_neurons(tutorial: "Tutorial") -> bool:
    W = tutorial.parameters.to_arrays(orientation="from_to")[0][0]
    return bool(W.T.shape[0] == tutorial.network.layers[0].units)


CLAIMS: Mapping[str, Claim] = {
    "jain-c01": says(
        "net_o1 = w5*out_h1 + w6*out_h2 + b2", "out_o1 = sigmoid(net_o1)", "out_h1 = sigmoid(net_h1)"
    ),
    "jain-c02": SUM_OF_HALF_SQUARES,
    "jain-c03": Tries(experiments.first_step_helps_each_output),
    "jain-c04": says("-(target_o1 - out_o1) = out_o1 - target_o1"),
    "jain-c05": says("D(E_o2, out_o1) = 0"),
    "jain-c06": says("sigmoidprime(x) = exp(-x)/(1 + exp(-x))**2"),
    "jain-c07": says("sigmoidprime(-x) = sigmoidprime(x)"),
    "jain-c08": says("D(out_o1, net_o1) = out_o1*(1 - out_o1)"),
    "jain-c09": Has(lambda tutorial: tutorial.optimizer.learning_rate == 0.5, "the learning rate is 0.5"),
    "jain-c10": Words(),
    "jain-c11": NEW_AFTER_ALL,
    "jain-c12": says("D(E_total, out_h1) = D(E_o1, out_h1) + D(E_o2, out_h1)"),
    "jain-c13": says("D(net_o1, out_h1) = w5"),
    "jain-c14": says(
        "D(E_total, w1) = (delta_o1*w5 + delta_o2*w7)*out_h1*(1 - out_h1)*i1", "D(E_total, w1) = delta_h1*i1"
    ),
    "jain-c15": Has(
        lambda tutorial: all(
            layer.train_weights and not layer.train_bias for layer in tutorial.network.layers
        ),
        "all weights are trained, the biases stay",
    ),
    "jain-c16": Prints(("jain-n11", "jain-n33")),
    "jain-c17": Prints(("jain-n34",)),
    "jain-c18": Prints(("jain-n35", "jain-n36")),
    "dustbunny-c01": Words(),
    "dustbunny-c02": says("D(z_0_1, w_01_1) = a_1_0"),
    "dustbunny-c03": says("D(z_0_1, w_02_1) = 1", "D(z_1_1, w_12_1) = 1"),
    "dustbunny-c04": Tries(experiments.works_for_any_size),
    "dustbunny-c05": Tries(experiments.learns),
    "dustbunny-c06": Tries(experiments.bias_moves_the_origin),
    "dustbunny-c07": Tries(experiments.without_activation_it_is_one_matrix),
    "dustbunny-c08": says("sigmoidprime(x) = sigmoid(x)*(1 - sigmoid(x))"),
    "dustbunny-c09": SUM_OF_HALF_SQUARES,
    "dustbunny-c10": Tries(experiments.first_step_lowers_the_loss),
    "dustbunny-c11": NEW_AFTER_ALL,
    "dustbunny-c12": says("D(C_1, w_00_2) = 0", "D(C_0, w_00_2) = D(C, w_00_2)"),
    "dustbunny-c13": says("D(C, w_00_1) = D(C_0, w_00_1) + D(C_1, w_00_1)"),
    "dustbunny-c14": says(
        "D(C, w_01_2) = delta_0_2*a_1_1", "D(C, w_10_2) = delta_1_2*a_0_1", "D(C, w_12_2) = delta_1_2"
    ),
    "dustbunny-c15": says("D(C, W__2) = MM(delta__2, A__1)", "D(C, W__1) = MM(delta__1, A__0)"),
    "dustbunny-c16": says(
        "MM(A__0, W__1) = Matrix([[z_0_1], [z_1_1]])", "MM(A__1, W__2) = Matrix([[z_0_2], [z_1_2]])"
    ),
    "dustbunny-c17": says("MM(MM(D__1, w__2), delta__2) = delta__1", "MM(D__2, c) = delta__2"),
    "dustbunny-c18": Has(
        lambda tutorial: 0 < tutorial.optimizer.learning_rate < 1, "the learning rate is between 0 and 1"
    ),
    "dustbunny-c19": Tries(lambda tutorial: experiments.learning_rates(tutorial, 0.5)),
    "dustbunny-c20": Words(),
    "dustbunny-c21": Tries(experiments.larger_outputs_have_larger_gradients),
    "dustbunny-c22": Tries(experiments.diagonal_costs_more),
    "dustbunny-c23": Tries(experiments.hadamard_gives_the_same),
    "dustbunny-c24": Tries(experiments.sheet_computes),
    "general-purpose-c01": Tries(experiments.hand_made_products),
    "general-purpose-c02": Tries(experiments.works_for_any_size),
    "general-purpose-c03": Has(_layers_are_letters, "layers a, b, c, d with neurons from 1"),
    "general-purpose-c04": says(
        "D(net_b1, w_b1) = a1", "D(net_c1, w_c1) = out_b1", "D(net_d1, w_d1) = out_c1"
    ),
    "general-purpose-c05": Shows(("general-purpose-01", "general-purpose-02", "general-purpose-03")),
    "general-purpose-c06": Has(lambda tutorial: not any(_biases(tutorial)), "the network has no bias"),
    "general-purpose-c07": Words(),
    "general-purpose-c08": says("net_b = MM(W_b, a)", "net_c = MM(W_c, out_b)", "net_d = MM(W_d, out_c)"),
    "general-purpose-c09": Prints(tuple(f"general-purpose-n{n:02}" for n in range(1, 19))),
    "general-purpose-c10": says("out_d = sigmoid(MM(W_d, sigmoid(MM(W_c, sigmoid(MM(W_b, a))))))"),
    "general-purpose-c11": says("D(E_total, w_d1) = D(E_total, out_d1)*D(out_d1, net_d1)*D(net_d1, w_d1)"),
    "general-purpose-c12": says("D(1/2*(target_d1 - out_d1)**2, out_d1) = out_d1 - target_d1"),
    "general-purpose-c13": says("E_total = E_d1 + E_d2"),
    "general-purpose-c14": Tries(experiments.exchanges_its_inputs),
    "general-purpose-c15": Words("a statement of what training may change: weights are, activations are not"),
    "general-purpose-c16": says("D(out_d2, w_d1) = 0", "D(E_total, w_d1) = D(E_d1, w_d1)"),
    "general-purpose-c17": says("D(out_d1, net_d1) = out_d1*(1 - out_d1)"),
    "general-purpose-c18": says("D(E_total, w_d4) = (out_d2 - target_d2)*out_d2*(1 - out_d2)*out_c1"),
    "general-purpose-c19": Tries(experiments.deeper_weights_have_more_paths),
    "general-purpose-c20": Tries(experiments.works_for_any_size),
    "sadiya-c01": Words(),
    "sadiya-c02": Has(_loss_is("squared_error"), "the squared error, summed over the outputs, without a 1/2"),
    "sadiya-c03": Words("a judgment of the code's use: there is nothing to compute"),
    "sadiya-c04": says("net(h_1) = w_0_0_0*x_1 + w_1_0_0*x_2 + b_0_0"),
    "sadiya-c05": Has(_transposes_to_neurons, "the transpose of a weight matrix has a row for each neuron"),
    "sadiya-c06": Has(
        lambda tutorial: len({layer.activation.name for layer in tutorial.network.layers}) == 2,
        "the example has tanh in its hidden layer and sigmoid at its output",
    ),
    "sadiya-c07": Tries(experiments.every_gradient_is_right),
    "sadiya-c08": says("D(E, out(h_1)) = D((u_1 - y_1)**2, out(h_1)) + D((u_2 - y_2)**2, out(h_1))"),
    "sadiya-c09": says("D(E, w_0_0_0) = D(E, out(h_1))*D(out(h_1), net(h_1))*D(net(h_1), w_0_0_0)"),
    "sadiya-c10": Tries(lambda tutorial: experiments.learning_rates(tutorial, 1e-3)),
    "sadiya-c11": says("D(E, w_0_0_0) = lim((E(w_0_0_0 + h) - E(w_0_0_0))/h, h, 0)"),
    "sadiya-c12": Tries(experiments.gradient_check_finds_a_mistake),
    "sadiya-c13": Tries(experiments.has_sample_rows),
    "kumar-c01": Words(),
    "kumar-c02": Tries(experiments.every_gradient_is_right),
    "kumar-c03": Has(lambda tutorial: tutorial.loss_name == "C", "the loss is called C"),
    "kumar-c04": Has(
        lambda tutorial: {layer.activation.name for layer in tutorial.network.layers} == {"identity"},
        "every activation is the identity",
    ),
    "kumar-c05": Has(
        lambda tutorial: tutorial.network.sizes == (2, 3, 1), "two inputs, three hidden units, one output"
    ),
    "kumar-c06": Words("about others' habits: there is nothing to compute"),
    "kumar-c07": Tries(experiments.every_round_is_better),
    "kumar-c08": Words(),
    "kumar-c09": Shows(("kumar-01", "kumar-02")),
    "kumar-c10": Shows(("kumar-03", "kumar-04")),
    "kumar-c11": Shows(tuple(f"kumar-{n:02}" for n in range(5, 14))),
    "kumar-c12": Shows(("kumar-14", "kumar-15")),
}


def judge_claim(claim: Mapping[str, Any], formulas: Formulas, found: Mapping[str, Entry]) -> Entry:
    """Return the entry of a claim, which is found by trying it.

    Parameters
    ----------
    claim : mapping
        Its entry in the data file.
    formulas : Formulas
        The formulas of its tutorial.
    found : mapping of str to Entry
        What was found of the numbers and formulas.
    """
    said, number = claim["says"], claim["id"]
    match CLAIMS.get(number, Words("not tried: there is no experiment for it yet")):
        case Says(pairs):
            wrong = [_equation(*pair) for pair in pairs if not _holds(formulas, *pair)]
            verdict: Verdict = "contradiction" if wrong else "exact"
            found_out = f"does not hold: {'; '.join(wrong)}" if wrong else ""
            tried = "; ".join(_equation(*pair) for pair in pairs)
            return Entry(number, said, found_out, verdict, f"tried as {tried}")
        case Prints(ids) | Shows(ids):
            worst = max((found[each] for each in ids), key=lambda each: list(MEANINGS).index(each.verdict))
            return Entry(number, said, worst.computed, worst.verdict, _worst(worst, ids))
        case Tries(experiment):
            outcome = experiment(formulas.tutorial)
            return Entry(number, said, outcome.found, "exact" if outcome.holds else "contradiction", "tried")
        case Has(fact, computed):
            holds = fact(formulas.tutorial)
            verdict = "convention" if holds else "contradiction"
            return Entry(
                number, said, computed, verdict, "its network has it" if holds else "its network has it not"
            )
        case Words(why):
            return Entry(number, said, "", "convention", why)
    raise TypeError(f"no way to try {number}")


def _worst(worst: Entry, ids: tuple[str, ...]) -> str:
    of = ids[0] if len(ids) == 1 else f"{ids[0]} to {ids[-1]}"
    return (
        f"as {worst.id}"
        + (f", the worst of {of}" if len(ids) > 1 else "")
        + (f": {worst.note}" if worst.note else "")
    )


def _equation(left: str, right: str) -> str:
    return f"{shown(parse(left))} = {shown(parse(right))}"


def _holds(formulas: Formulas, left: str, right: str) -> bool:
    """Return whether a formula holds in the tutorial's network, at random points."""
    return formulas.holds(formulas.readers(0), parse(left), parse(right)) is not None
