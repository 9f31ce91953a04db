"""Read the URL of a callback, and tell addresses that are public from those that are not.

Who names a callback must not reach through us what only we can reach. Names and odd spellings of
addresses are not judged: they are resolved first, and what comes out is.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from moderation.refusal import Refusal

_PORTS = {"http": 80, "https": 443}
_PRINTABLE = re.compile(r"[!-~]{1,2000}")

# Translators put an address of IPv4 into the last 32 bits, and connect to that.
_NAT64 = ip_network("64:ff9b::/96")
# Never public, though Python takes them to be: translators within one network, and what networks
# used for themselves before fc00::/7.
_RESERVED = (ip_network("64:ff9b:1::/48"), ip_network("fec0::/10"))

Address = IPv4Address | IPv6Address


class BadCallback(Refusal):
    """What was given as the URL of a callback is none."""


class NotAllowed(Exception):
    """A callback leads to an address that is not public, and that no setting allows."""


class Networks:
    """The networks in a list with commas between them."""

    def __init__(self, listed: str = "") -> None:
        """Read the list; raises ValueError, which names what is no network."""
        self._networks = tuple(ip_network(one.strip()) for one in listed.split(",") if one.strip())

    def __contains__(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


@dataclass(frozen=True)
class Place:
    """Where a URL leads: the parts of it that a request is made from."""

    scheme: str
    host: str
    port: int
    # Path and query.
    target: str
    # What the header Host says.
    authority: str

    @classmethod
    def of(cls, url: str) -> "Place":
        """Read a URL, or raise BadCallback."""
        if not _PRINTABLE.fullmatch(url):
            raise BadCallback(
                "The URL of a callback has 1 to 2,000 characters, all of them ASCII and none a space; "
                "write other letters as %-escapes, and hosts as xn--."
            )
        try:
            parts = parse_url(url)
        except LocationParseError:
            raise BadCallback(f"{url[:200]} is no URL.") from None
        if parts.scheme not in _PORTS or not parts.host:
            raise BadCallback(f"{url[:200]} is no URL such as https://blog.example.org/callback")
        if parts.auth is not None:
            raise BadCallback("The URL of a callback holds no name and password: it is signed instead.")
        if parts.port == 0:
            raise BadCallback("There is no port 0.")
        return cls(
            scheme=parts.scheme,
            host=parts.host.strip("[]"),
            port=parts.port or _PORTS[parts.scheme],
            target=parts.request_uri,
            authority=parts.netloc or parts.host,
        )


def check(host: str, address: str, allowed: Networks) -> None:
    """Raise NotAllowed unless `address`, which `host` resolved to, is public or in `allowed`."""
    found = ip_address(address)
    if not any(one in allowed for one in (found, _carried(found))) and not _is_public(found):
        raise NotAllowed(
            f"{host} is at {found}, which is not public. "
            "MODERATION_CALLBACK_NETWORKS names networks that callbacks may go to all the same."
        )


def _is_public(address: Address) -> bool:
    carried = _carried(address)
    if carried != address:
        return _is_public(carried)
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _RESERVED)
    )


def _carried(address: Address) -> Address:
    """Return the address of IPv4 that an address of IPv6 stands for, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
