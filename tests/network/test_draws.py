import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf
from repeatable import examples

from chainrule.network import draws

PURPOSES = ["weights", "rows", "groups", "dropout"]
SEEDS = st.integers(0, 2**64 - 1)

WORD = 2**64 - 1


def philox(counter: list[int], key: list[int]) -> list[int]:
    """Return four words of Philox4x64-10 as Salmon et al. 2011 (Random123) define it."""
    c, k = list(counter), list(key)
    for _ in range(10):
        first, second = 0xD2E7470EE14C6C93 * c[0], 0xCA5A826395121157 * c[2]
        c = [(second >> 64) ^ c[1] ^ k[0], second & WORD, (first >> 64) ^ c[3] ^ k[1], first & WORD]
        k = [(k[0] + 0x9E3779B97F4A7C15) & WORD, (k[1] + 0xBB67AE8584CAA73B) & WORD]
    return c


@examples(60)
@given(SEEDS, st.sampled_from(PURPOSES), st.integers(0, 2**63), st.integers(0, 2**63))
def test_the_words_are_those_of_philox(seed, purpose, first, second):
    key = [seed, PURPOSES.index(purpose) + 1]
    expected = philox([1, 0, first, second], key) + philox([2, 0, first, second], key)
    assert draws.words(8, seed, purpose, first, second).tolist() == expected


def test_golden_words():
    assert draws.words(3, 0, "weights", 1).tolist() == [
        3245738530551145091,
        3473859874391648748,
        15795246944399614249,
    ]
    assert draws.uniform(3, 0, "dropout", 5, 2).tolist() == [
        0.2855321427820011,
        0.5202118712096838,
        0.8138121604435674,
    ]
    # SciPy's inverse of the normal distribution may change in the last bits.
    golden = [1.9834852344824636, 0.37215989574108804, -0.197536723663534]
    assert draws.normal(3, 7, "weights", 1).tolist() == pytest.approx(golden, rel=1e-14)


@examples(40)
@given(SEEDS, st.integers(0, 20), st.integers(0, 20))
def test_fewer_words_are_the_first_of_more(seed, some, more):
    longer = draws.words(some + more, seed, "rows", 3)
    assert np.array_equal(draws.words(some, seed, "rows", 3), longer[:some])


def test_every_argument_changes_the_words():
    one = [
        draws.words(4, seed, purpose, first, second).tobytes()
        for seed in (0, 1)
        for purpose in PURPOSES
        for first in (0, 1)
        for second in (0, 1)
    ]
    assert len(set(one)) == 32


@examples(40)
@given(SEEDS, st.sampled_from(PURPOSES))
def test_uniform_numbers_lie_strictly_between_0_and_1(seed, purpose):
    numbers = draws.uniform(500, seed, purpose, 0)
    assert numbers.dtype == np.float64
    assert (numbers > 0).all()
    assert (numbers < 1).all()


@pytest.mark.parametrize(("word", "number"), [(0, 2.0**-53), (WORD, 1 - 2.0**-53), (1 << 12, 3 * 2.0**-53)])
def test_the_ends_of_the_words_are_not_the_ends_of_the_numbers(monkeypatch, word, number):
    monkeypatch.setattr(draws, "words", lambda *_: np.array([word], dtype=np.uint64))
    got = draws.uniform(1, 0, "weights", 0)[0]
    assert 0 < got < 1
    assert got == number
    assert np.isfinite(draws.normal(1, 0, "weights", 0)).all()


def test_uniform_and_normal_numbers_have_their_moments():
    n = 100_000  # five standard errors of each moment
    uniform, normal = draws.uniform(n, 1, "weights", 0), draws.normal(n, 1, "weights", 0)
    assert uniform.mean() == pytest.approx(1 / 2, abs=5 * np.sqrt(1 / 12 / n))
    assert uniform.var() == pytest.approx(1 / 12, abs=5 * np.sqrt(1 / 180 / n))
    assert normal.mean() == pytest.approx(0, abs=5 / np.sqrt(n))
    assert normal.var() == pytest.approx(1, abs=5 * np.sqrt(2 / n))
    assert (normal**3).mean() == pytest.approx(0, abs=5 * np.sqrt(15 / n))
    assert (normal**4).mean() == pytest.approx(3, abs=5 * np.sqrt(96 / n))


def test_normal_numbers_are_the_inverse_of_their_distribution():
    uniform, normal = draws.uniform(50, 3, "weights", 0), draws.normal(50, 3, "weights", 0)
    for u, g in zip(uniform, normal, strict=True):
        exact = mp.sqrt(2) * mp.erfinv(2 * mpf(u) - 1)
        assert abs(mpf(g) - exact) <= 1e-14 * (1 + abs(exact))
