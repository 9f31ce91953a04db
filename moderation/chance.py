"""Draw lots that come out the same each time: by a hash of what is drawn for."""

import hashlib

_BYTES = 8
_ALL = float(256**_BYTES)


def falls(share: float, *names: object) -> bool:
    """Whether the lot falls on what is named so; it does for `share` of all names."""
    drawn = hashlib.blake2b(
        "\0".join(map(str, names)).encode(errors="surrogatepass"), digest_size=_BYTES
    ).digest()
    return int.from_bytes(drawn) < share * _ALL
