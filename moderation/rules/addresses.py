"""Find listed hosts, e-mail addresses, networks and authors by look-up, however many are listed."""

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator

from moderation.rules.entries import EntryList, ListKind, Scope
from moderation.text import host

# The place of the list in the policy, and the entry.
Owned = tuple[int, str]

# Longer labels are no names, and unwinding them would take long.
_LONGEST_LABEL = 63
_ENCODED = "xn--"


class DomainFinder:
    """All listed domains of a policy; each covers the hosts below it."""

    def __init__(self, lists: tuple[EntryList, ...]) -> None:
        chosen = _of_kind(lists, ListKind.DOMAINS)
        self.scopes = frozenset(scope for _, one in chosen for scope in one.scopes)
        self._scopes = {index: one.scopes for index, one in chosen}
        self._owners: dict[str, list[Owned]] = defaultdict(list)
        for index, one in chosen:
            for entry in one.entries:
                self._owners[domain(entry) or entry].append((index, entry))

    def find(self, name: str, scope: Scope) -> Iterator[Owned]:
        """The nearest listed domain of each list that looks at `scope` and covers the host `name`."""
        seen = set()
        for parent in _parents(name):
            for index, entry in self._owners.get(parent, ()):
                if index not in seen and scope in self._scopes[index]:
                    seen.add(index)
                    yield index, entry


class MailFinder:
    """The terms that are e-mail addresses, in the lists that look at them: whole, or “@example.org”."""

    def __init__(self, lists: tuple[EntryList, ...]) -> None:
        self._owners: dict[str, list[Owned]] = defaultdict(list)
        for index, one in enumerate(lists):
            if one.kind is ListKind.TERMS and Scope.EMAIL in one.scopes:
                for entry in one.entries:
                    if is_mailbox(entry):
                        self._owners[_mailbox(entry)].append((index, entry))

    def find(self, address: str) -> Iterator[Owned]:
        """The entries that are this address, its domain, or one above that."""
        if not self._owners or "@" not in address:
            return
        whole = _mailbox(address)
        yield from self._owners.get(whole, ())
        for parent in _parents(whole.rpartition("@")[2]):
            yield from self._owners.get(f"@{parent}", ())


class AuthorFinder:
    """The terms in lists that look at authors' ids, each compared exactly and whole."""

    def __init__(self, lists: tuple[EntryList, ...]) -> None:
        self._owners: dict[str, list[Owned]] = defaultdict(list)
        for index, one in _of_kind(lists, ListKind.TERMS):
            if Scope.AUTHOR in one.scopes:
                for entry in one.entries:
                    self._owners[entry].append((index, entry))

    def find(self, identifier: str) -> Iterable[Owned]:
        """The entries that are this id."""
        return self._owners.get(identifier, ())


class NetworkFinder:
    """All listed addresses and networks of a policy."""

    def __init__(self, lists: tuple[EntryList, ...]) -> None:
        # By version and length of prefix: of these there are few, however many networks are listed.
        self._owners: dict[tuple[int, int], dict[int, list[Owned]]] = {}
        for index, one in _of_kind(lists, ListKind.NETWORKS):
            for entry in one.entries:
                network = ipaddress.ip_network(entry, strict=False)
                unused = network.max_prefixlen - network.prefixlen
                alike = self._owners.setdefault((network.version, unused), defaultdict(list))
                alike[int(network.network_address) >> unused].append((index, entry))

    def find(self, address: str) -> Iterator[Owned]:
        """The entries that are this address or hold it."""
        try:
            found = ipaddress.ip_address(address.strip())
        except ValueError:
            return
        # An IPv4 address may come in IPv6 clothes.
        found = getattr(found, "ipv4_mapped", None) or found
        for (version, unused), alike in self._owners.items():
            if version == found.version:
                yield from alike.get(int(found) >> unused, ())


def domain(address: str) -> str | None:
    """Name the host of `address`, in letters also where it is written in ASCII as `xn--…`."""
    return in_letters(host(address) or "") or None


def in_letters(name: str) -> str:
    """Write a host's name in letters: a list and a link may each have it in either form."""
    if _ENCODED not in name:
        return name
    return ".".join(_in_letters(label) for label in name.split("."))


def is_mailbox(entry: str) -> bool:
    """Whether a term is an e-mail address, or the part of one from the @ on."""
    return "@" in entry and not any(character.isspace() for character in entry)


def _in_letters(label: str) -> str:
    if not label.startswith(_ENCODED) or len(label) > _LONGEST_LABEL:
        return label
    try:
        letters = label.removeprefix(_ENCODED).encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    # Spelt as all hosts are. What would become more than a label is left as it came.
    spelt = host(letters)
    return label if spelt is None or "." in spelt else spelt


def _mailbox(address: str) -> str:
    local, _, name = address.strip().lower().rpartition("@")
    return f"{local}@{domain(name) or name}"


def _parents(name: str) -> Iterator[str]:
    """The name itself, and those above it."""
    while name:
        yield name
        name = name.partition(".")[2]


def _of_kind(lists: Iterable[EntryList], kind: ListKind) -> list[tuple[int, EntryList]]:
    return [(index, one) for index, one in enumerate(lists) if one.kind is kind]
