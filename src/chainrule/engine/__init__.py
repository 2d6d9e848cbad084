"""The same step as `reference`, compiled for the CPU by Numba, with BLAS underneath.

It shares nothing with `reference` but the description of a network, so that their agreement is
evidence. Every kernel is plain Python as well: with ``NUMBA_DISABLE_JIT=1`` all of it runs
uncompiled.
"""
