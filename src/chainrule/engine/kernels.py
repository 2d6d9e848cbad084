"""The kernels that Python calls: a run of many steps, the gradient of some rows, the outputs of some rows.

Every thread executes the same kernel. They share the pieces of each phase, and whoever arrives last
does what only one may do before the next phase begins. Nothing is allocated.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from chainrule.engine.compiling import kernel, part
from chainrule.engine.equations import F1, F2
from chainrule.engine.memory import Records, borrowed, matrix, vector
from chainrule.engine.products import product_of_columns
from chainrule.engine.random import shuffle
from chainrule.engine.step import (
    NO_PULL,
    PULL,
    REST_PULL,
    WHOLE_PULL,
    Given,
    Learned,
    Moment,
    Place,
    Rows,
    block_of,
    gradient_pass,
    penalty_pass,
    rows_pass,
    shorten_pass,
    update_pass,
)
from chainrule.engine.threads import STOP, claim, go_on, last_to_arrive, wait_for_all
from chainrule.engine.update import CORRECT1, CORRECT2, ETA, PENALTY, SQUARES, SUMS, UNSOUND, update
from chainrule.network.array import Array

TILES_OF_A_PIECE = 16


class Partial(NamedTuple):
    """What each piece adds to a step's sums."""

    losses: Array  # (pieces of rows,)
    sums: Array  # (pieces of the gradient, SUMS), flat: see `update`; (SUMS,) where one pass updates all
    clipped: Array  # the same for an update with a clipped gradient; (0,) where nothing is clipped


class Told(NamedTuple):
    """What the steps tell, and the rates they are told."""

    rates: Array  # (steps,)
    losses: Array
    norms: Array


class Shuffled(NamedTuple):
    """Room for putting rows in order."""

    words: Array
    buckets: Array
    epoch: Array  # (1,): of which epoch the order is


class Shared(NamedTuple):
    """What threads share."""

    control: Array  # of integers: see `threads`
    moment: Array  # (1,): the normalizer
    numbers: Array  # the rule's: see `update.Numbers`
    pulls: Array  # on parameters: see `update.pulls_of`


@part
def cut_of(job: Any, count: int) -> tuple[int, int]:
    """Return into how many pieces rows are cut, and how many rows each has, the last what is left."""
    if count <= job.piece_rows:
        return 1, count
    cut = -(-count // job.piece_rows)
    return cut, -(-count // cut)


@part
def begin(job: Any, given: Given, shuffled: Shuffled, shared: Shared, told: Told, first: int, s: int) -> None:
    """Get ready for a step: the rows' order, what the sum of losses is divided by, the rule's numbers."""
    step = first + s
    place = place_of_batch(job, step)
    count = min(job.batch_rows, job.rows - place)
    taken = step - job.first_step
    epoch = taken // job.steps_per_epoch if job.steps_per_epoch > 1 else taken
    if len(given.order) and shuffled.epoch[0] != epoch:
        shuffle(given.order, shuffled.words, shuffled.buckets, job.seed, np.uint64(epoch))
        shuffled.epoch[0] = epoch
    shared.moment[0] = count
    if len(given.weights):
        total = 0.0
        for i in range(place, place + count):
            row = np.int64(given.order[i]) if len(given.order) else i
            total += given.weights[row]
        # A batch in which every row weighs nothing adds nothing: 0 / 1, not 0 / 0.
        shared.moment[0] = total if total > 0 else 1.0
    shared.numbers[ETA] = told.rates[s] * job.learning_rate
    if job.corrects:
        shared.numbers[CORRECT1] = 1 / (1 - job.beta1 ** (step + 1))
        shared.numbers[CORRECT2] = 1 / (1 - job.beta2 ** (step + 1))


@part
def place_of_batch(job: Any, step: int) -> int:
    """Return where in the epoch's order a step's batch begins."""
    return (step - job.first_step) % job.steps_per_epoch * job.batch_rows if job.steps_per_epoch > 1 else 0


@part
def end(partial: Partial, shared: Shared, told: Told, s: int) -> None:
    """Add up what a step tells, in the order of the pieces; stop where a number is not finite."""
    loss, penalty, unsound = 0.0, 0.0, 0.0
    for i in range(len(partial.losses)):
        loss += partial.losses[i]
        partial.losses[i] = 0.0
    told.norms[s] = length(partial.sums)
    for i in range(0, len(partial.sums), SUMS):
        penalty += partial.sums[i + PENALTY]
        unsound += partial.sums[i + UNSOUND]
        partial.sums[i + SQUARES] = partial.sums[i + PENALTY] = partial.sums[i + UNSOUND] = 0.0
    for i in range(0, len(partial.clipped), SUMS):
        unsound += partial.clipped[i + UNSOUND]
        partial.clipped[i + UNSOUND] = 0.0
    told.losses[s] = loss / shared.moment[0] + penalty
    if not math.isfinite(told.losses[s]) or unsound != 0:
        shared.control[STOP] = 1


@part
def length(added: Array) -> float:
    """Return the length of the gradient."""
    squares = 0.0
    for i in range(SQUARES, len(added), SUMS):
        squares += added[i]
    return math.sqrt(squares)


@part
def borrowed_rows(given: Given) -> Given:
    """Return the same rows, borrowed."""
    return Given(borrowed(given.X), borrowed(given.Y), borrowed(given.weights), borrowed(given.order))


@part
def borrowed_parameters(learned: Learned) -> Learned:
    """Return the same parameters, borrowed."""
    return Learned(
        borrowed(learned.theta), borrowed(learned.m), borrowed(learned.v), borrowed(learned.gradient)
    )


@part
def most_pieces_of(job: Any) -> int:
    """Return into how many pieces the rows that are kept at one time are cut at most."""
    return -(-job.rows_at_once // job.piece_rows)


@part
def rows_phase(
    job: Any,
    layers: Records,
    setting: Array,
    given: Given,
    theta: Array,
    room: Array,
    scratch: int,
    kept: Rows,
    moment: Moment,
    losses: Array,
    control: Array,
    threads: int,
) -> None:
    """Take the rows that are kept at one time through the network and back, and wait for all threads."""
    cut, size = cut_of(job, kept.number)
    while True:
        i = claim(control, threads)
        first = i * size
        if i >= cut or first >= kept.number:
            break
        rows = Rows(first, min(size, kept.number - first), kept.place + first, kept.in_batch + first)
        losses[i] = rows_pass(job, layers, setting, given, theta, room, scratch, rows, moment)
    wait_for_all(control, threads, job.give_way)


@kernel
def run(
    job_: Any,
    layers: Records,
    pieces: Records,
    setting: Array,
    given: Given,
    learned: Learned,
    room: Array,
    partial: Partial,
    shuffled: Shuffled,
    shared: Shared,
    told: Told,
    first_step: int,
    threads: int,
    thread: int,
) -> int:
    """Take as many steps as there are rates, from `first_step` on; return how many were sound."""
    layers, pieces, setting, room = borrowed(layers), borrowed(pieces), borrowed(setting), borrowed(room)
    given, learned = borrowed_rows(given), borrowed_parameters(learned)
    partial = Partial(borrowed(partial.losses), borrowed(partial.sums), borrowed(partial.clipped))
    shuffled = Shuffled(borrowed(shuffled.words), borrowed(shuffled.buckets), borrowed(shuffled.epoch))
    shared = Shared(
        borrowed(shared.control), borrowed(shared.moment), borrowed(shared.numbers), borrowed(shared.pulls)
    )
    told = Told(borrowed(told.rates), borrowed(told.losses), borrowed(told.norms))
    job, control = borrowed(job_)[0], shared.control
    scratch = job.scratch + thread * job.scratch_size
    clips, most_pieces = job.clip_norm < np.inf, most_pieces_of(job)
    if last_to_arrive(control, threads, job.give_way):
        begin(job, given, shuffled, shared, told, first_step, 0)
        go_on(control, threads)
    for s in range(len(told.rates)):
        step = first_step + s
        place = place_of_batch(job, step)
        batch = min(job.batch_rows, job.rows - place)
        moment = Moment(step, shared.moment[0])
        for part_number, passed in enumerate(range(0, batch, job.rows_at_once)):
            count = min(job.rows_at_once, batch - passed)
            part_of_batch = Rows(0, count, place + passed, passed)
            losses = vector(partial.losses, part_number * most_pieces, most_pieces)
            rows_phase(
                job, layers, setting, given, learned.theta, room, scratch, part_of_batch, moment, losses,
                control, threads,
            )  # fmt: skip
            last = passed + count == batch
            updates = last and not clips and not job.at_once
            while True:
                i = claim(control, threads)
                if i >= len(pieces):
                    break
                piece = pieces[i]
                at = place_of(job, layers, piece, learned.gradient, room, scratch)
                gradient_pass(job, layers, piece, room, count, at, passed > 0)
                if updates:
                    added = vector(partial.sums, i * SUMS, SUMS)
                    update_pass(
                        job, layers, piece, learned, at, shared.numbers, shared.pulls, WHOLE_PULL, added
                    )
            if last_to_arrive(control, threads, job.give_way):
                if last and job.at_once:
                    everything = block_of(learned, 0, learned.gradient, 0, len(learned.theta))
                    pull = vector(shared.pulls, NO_PULL, PULL)
                    update(job.rule, everything, shared.numbers, pull, vector(partial.sums, 0, SUMS))
                if last and not clips:
                    end_and_begin(job, given, partial, shuffled, shared, told, first_step, s)
                go_on(control, threads)
        if clips:
            clipped(job, layers, pieces, learned, partial, shared, threads)
            if last_to_arrive(control, threads, job.give_way):
                end_and_begin(job, given, partial, shuffled, shared, told, first_step, s)
                go_on(control, threads)
        if control[STOP]:
            return s
    return len(told.rates)


@part
def end_and_begin(
    job: Any,
    given: Given,
    partial: Partial,
    shuffled: Shuffled,
    shared: Shared,
    told: Told,
    first_step: int,
    s: int,
) -> None:
    """Do what only one thread may do between two steps."""
    end(partial, shared, told, s)
    if s + 1 < len(told.rates) and not shared.control[STOP]:
        begin(job, given, shuffled, shared, told, first_step, s + 1)


@part
def place_of(job: Any, layers: Records, piece: Any, gradient: Array, room: Array, scratch: int) -> Place:
    """Return where a piece of the gradient is to stand: in the whole, or where this thread may write."""
    if job.keeps_gradient:
        return place_in_whole(layers, piece, gradient)
    return Place(room, scratch, scratch + piece.inputs * layers[piece.layer].units)


@part
def place_in_whole(layers: Records, piece: Any, gradient: Array) -> Place:
    """Return where a piece stands in the whole gradient."""
    layer = layers[piece.layer]
    return Place(gradient, layer.W + piece.first * layer.units, layer.b)


@part
def clipped(
    job: Any,
    layers: Records,
    pieces: Records,
    learned: Learned,
    partial: Partial,
    shared: Shared,
    threads: int,
) -> None:
    """Update with a gradient no longer than `clip_norm`: its length first, penalty included, then U."""
    control = shared.control
    while True:
        i = claim(control, threads)
        if i >= len(pieces):
            break
        added = vector(partial.sums, i * SUMS, SUMS)
        penalty_pass(layers, pieces[i], learned.theta, learned.gradient, shared.pulls, added)
    wait_for_all(control, threads, job.give_way)
    longest = length(partial.sums)
    factor = type(shared.pulls[0])(job.clip_norm / longest if longest > job.clip_norm else 1.0)
    while True:
        i = claim(control, threads)
        if i >= len(pieces):
            break
        piece = pieces[i]
        if longest > job.clip_norm:
            shorten_pass(layers, piece, learned.gradient, factor)
        at = place_in_whole(layers, piece, learned.gradient)
        added = vector(partial.clipped, i * SUMS, SUMS)
        update_pass(job, layers, piece, learned, at, shared.numbers, shared.pulls, REST_PULL, added)


@kernel
def gradient(
    job_: Any,
    layers: Records,
    pieces: Records,
    setting: Array,
    given: Given,
    learned: Learned,
    room: Array,
    losses: Array,
    normalizer: float,
    control: Array,
    threads: int,
    thread: int,
) -> None:
    """Compute the gradient of all rows as one batch into `learned.gradient`, and the pieces' losses."""
    layers, pieces, setting, room = borrowed(layers), borrowed(pieces), borrowed(setting), borrowed(room)
    given, learned = borrowed_rows(given), borrowed_parameters(learned)
    job, control, losses = borrowed(job_)[0], borrowed(control), borrowed(losses)
    scratch = job.scratch + thread * job.scratch_size
    moment, most_pieces = Moment(0, normalizer), most_pieces_of(job)
    for part_number, passed in enumerate(range(0, job.rows, job.rows_at_once)):
        count = min(job.rows_at_once, job.rows - passed)
        of_part = vector(losses, part_number * most_pieces, most_pieces)
        rows = Rows(0, count, passed, passed)
        rows_phase(
            job, layers, setting, given, learned.theta, room, scratch, rows, moment, of_part, control, threads
        )
        while True:
            i = claim(control, threads)
            if i >= len(pieces):
                break
            at = place_of(job, layers, pieces[i], learned.gradient, room, scratch)
            gradient_pass(job, layers, pieces[i], room, count, at, passed > 0)
        wait_for_all(control, threads, job.give_way)


@kernel
def outputs(
    job_: Any,
    layers: Records,
    X: Array,
    theta: Array,
    room: Array,
    found: Array,
    control: Array,
    threads: int,
    thread: int,
) -> None:
    """Compute A[L] of each row, in tiles of `piece_rows` rows, the last filled up with zeros.

    So a row's outputs do not depend on the rows beside it, and the room is that of one tile a thread.
    """
    layers, X, theta, room = borrowed(layers), borrowed(X), borrowed(theta), borrowed(room)
    job, found, control = borrowed(job_)[0], borrowed(found), borrowed(control)
    tile, start = job.piece_rows, thread * job.scratch_size
    while True:
        first = claim(control, threads) * tile * TILES_OF_A_PIECE
        if first >= len(X):
            break
        for row in range(first, min(first + tile * TILES_OF_A_PIECE, len(X)), tile):
            outputs_of_tile(job, layers, X, theta, room, start, found, row)


@part
def outputs_of_tile(
    job: Any, layers: Records, X: Array, theta: Array, room: Array, start: int, found: Array, row: int
) -> None:
    """Take one tile of rows, from `row` on, through the network: F1 and F2."""
    tile, count = job.piece_rows, min(job.piece_rows, len(X) - row)
    A = matrix(room, start + layers[0].A, tile, layers[0].units)
    for i in range(tile):
        for j in range(layers[0].units):
            A[i, j] = X[row + i, j] if i < count else type(A[i, j])(0)
    for l in range(1, job.depth + 1):
        layer = layers[l]
        W = matrix(theta, layer.W, layers[l - 1].units, layer.units)
        Z = matrix(room, start + layer.A, tile, layer.units)
        F1(job.blas, A, W, vector(theta, layer.b, layer.biases), Z)
        F2(layer.activation, layer.routine, Z, matrix(room, start + layer.delta, tile, layer.units))
        A = Z
    for i in range(count):
        for j in range(layers[job.depth].units):
            found[row + i, j] = A[i, j]


@kernel
def multiply(blas: int, room: Array, side: int, threads: int, thread: int) -> None:
    """Multiply two square matrices in each thread: the fastest thing there is, to compare a step with."""
    start = 3 * thread * side * side
    A = matrix(room, start, side, side)
    W = matrix(room, start + side * side, side, side)
    dW = matrix(room, start + 2 * side * side, side, side)
    product_of_columns(blas, A, 0, W, dW, False)
