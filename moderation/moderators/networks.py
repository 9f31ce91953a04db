"""The network of an IP address: enough to recognise it, too little to find a household."""

import ipaddress

_KEPT_BITS = {4: 24, 6: 48}


def of(address: str | None) -> str | None:
    """Return the network of an address; None where it is no address."""
    found = _read(address)
    if found is None:
        return None
    return str(ipaddress.ip_network((int(found), _KEPT_BITS[found.version]), strict=False))


def of_strangers(address: str | None) -> str | None:
    """Return the network of an address of the internet; None where it is one of our own, or none."""
    found = _read(address)
    return of(address) if found and found.is_global else None


def _read(address: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        return found.ipv4_mapped
    return found
