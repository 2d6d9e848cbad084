import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from chainrule.engine import blas, products

LIBRARIES = [blas.scipy_blas()]
SIZES = st.integers(1, 40)

add_product = njit(lambda *given: products.add_product(*given))
product_back = njit(lambda *given: products.product_back(*given))
product_of_columns = njit(lambda *given: products.product_of_columns(*given))


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda one: one.name)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@given(SIZES, SIZES, SIZES, st.booleans(), st.data())
@settings(deadline=None)
def test_the_three_products(library, dtype, n, k, m, adds, data):
    """Of all shapes: loops and BLAS meet NumPy."""
    random = np.random.default_rng(n * k * m)
    A, W, delta = (random.normal(size=shape).astype(dtype) for shape in ((n, k), (k, m), (n, m)))
    routine, eps = library.product(np.dtype(dtype)), np.finfo(dtype).eps

    Z = delta.copy()
    add_product(routine, A, W, Z)
    assert np.abs(Z - (delta + A @ W)).max() <= 16 * eps * (np.abs(delta) + np.abs(A) @ np.abs(W)).max()

    upstream = np.full((n, k), np.nan, dtype)
    product_back(routine, delta, W, upstream)
    assert np.abs(upstream - delta @ W.T).max() <= 16 * eps * (np.abs(delta) @ np.abs(W.T)).max()

    first = data.draw(st.integers(0, k - 1))
    dW = W[first:].copy() if adds else np.full((k - first, m), np.nan, dtype)
    product_of_columns(routine, A, first, delta, dW, adds)
    wanted = (W if adds else 0) + A.T @ delta
    terms = np.abs(W) + np.abs(A.T) @ np.abs(delta)
    assert np.abs(dW - wanted[first:]).max() <= 16 * eps * terms.max()


@pytest.mark.slow
def test_mkl_multiplies_too():
    library = blas.mkl()
    if library is None:
        pytest.skip("the package mkl is not installed")
    A, W, Z = np.random.default_rng(0).normal(size=(3, 64, 64))
    wanted = Z + A @ W
    add_product(library.dgemm, A, W, Z)
    assert np.allclose(Z, wanted)
