"""Files of other programs, told by their first bytes: named and refused, never opened."""

from chainrule.errors import InvalidFileError

ENOUGH = 16  # first bytes, to tell all of them

PICKLE = "a pickle, which could run any program if it were opened"
COMPRESSED = "compressed, as joblib leaves its pickles"
ZIP = "a zip archive, such as .pt, .keras and .npz files are"

SIGNATURES = {
    **{b"\x80" + bytes([protocol]): PICKLE for protocol in range(2, 6)},
    **dict.fromkeys((b"ccopy_reg", b"cnumpy", b"c__main__", b"cbuiltins", b"c__builtin__"), PICKLE),
    **dict.fromkeys((b"(dp", b"(lp", b"(ip", b"}q\x00", b"]q\x00"), PICKLE),
    **dict.fromkeys((b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"ZF0x"), COMPRESSED),
    b"\x1f\x8b": "compressed by gzip",
    b"BZh": "compressed by bzip2",
    b"\xfd7zXZ\x00": "compressed by xz",
    b"\x5d\x00\x00": "compressed by lzma",
    b"\x04\x22\x4d\x18": "compressed by lz4",
    b"\x28\xb5\x2f\xfd": "compressed by zstd",
    **dict.fromkeys((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"), ZIP),
    b"\x89HDF\r\n\x1a\n": "an HDF5 file, such as .h5 and .mat files of version 7.3 are",
    b"\x93NUMPY": "an array of NumPy (.npy)",
    b"MATLAB 5.0": "a MATLAB file",
    b"PAR1": "a Parquet table",
    b"GGUF": "a GGUF file",
}


def refuse_foreign(first: bytes) -> None:
    r"""Raise if the first bytes of a file are those of another program's format.

    Parameters
    ----------
    first : bytes
        The first `ENOUGH` bytes, or all there are.

    Raises
    ------
    InvalidFileError
        Naming the format, and what to do.

    Examples
    --------
    >>> refuse_foreign(b"\x1f\x8b\x08")
    Traceback (most recent call last):
    chainrule.errors.InvalidFileError: the content was compressed by gzip, ...
    """
    for signature, what in SIGNATURES.items():
        if first.startswith(signature):
            raise InvalidFileError(
                f"the content was {what}, and was not opened; it may be a file that chainrule wrote (open it "
                "with the program that wrote it, and give its arrays to Parameters.from_arrays)"
            )
