"""A site's policy, ready to judge by: as it stands, or as it would be with a change."""

from collections.abc import Mapping
from threading import Lock

import structlog
from sqlalchemy.orm import Session

from moderation.policies import keeping
from moderation.policies.choosing import accepted_in
from moderation.policies.drafts import Change
from moderation.policies.keeping import Choices, KeptList, KeptRule
from moderation.policies.listing import parse
from moderation.policies.ruling import readable as readable_rules
from moderation.rules import BadEntry, EntryList, Policy, shipped_lists
from moderation.store.tables import Site

log = structlog.get_logger()


class Policies:
    """Each site's policy, compiled once a process and again after a change."""

    def __init__(self) -> None:
        self._compiled: dict[int, tuple[int, Policy]] = {}
        self._shipped = shipped_lists()
        self._compiling = Lock()

    def of(self, session: Session, site: Site) -> Policy:
        """Return the policy of `site` as of the site's policy_revision."""
        policy = self.at_hand(site)
        if policy is None:
            # A long list takes long. Threads that each compile it make one another wait for all of them.
            with self._compiling:
                policy = self.at_hand(site) or self._anew(session, site)
        return policy

    def at_hand(self, site: Site) -> Policy | None:
        """Return that policy where it is compiled already: for that, no database is asked."""
        revision, policy = self._compiled.get(site.id, (0, None))
        return policy if revision == site.policy_revision else None

    def _anew(self, session: Session, site: Site) -> Policy:
        policy = _compile(
            site,
            keeping.every_rule(session, site),
            keeping.every_list(session, site),
            keeping.chosen(site),
            self._shipped,
        )
        _, before = self._compiled.get(site.id, (0, None))
        # Most changes are of something else than lists.
        if before is not None and before.lists == policy.lists:
            policy = policy.with_lists_of(before)
        self._compiled[site.id] = (site.policy_revision, policy)
        return policy

    def default(self) -> Policy:
        """Return the policy of a site whose owner has set nothing."""
        return Policy(lists=self._shipped)


def drafted(session: Session, site: Site, change: Change) -> Policy:
    """Return what the site's policy would be with a change, which was checked."""
    rules, lists = keeping.every_rule(session, site), keeping.every_list(session, site)
    choices = keeping.chosen(site)
    if isinstance(change.after, Choices):
        choices = change.after
    elif (rule := keeping.rule_of(change.subject)) is not None:
        rules.pop(rule, None)
        if isinstance(change.after, KeptRule):
            rules[rule] = change.after
    elif (name := keeping.list_of(change.subject)) is not None:
        lists.pop(name, None)
        if isinstance(change.after, KeptList):
            lists[name] = change.after
    return _compile(site, rules, lists, choices, shipped_lists())


def _compile(
    site: Site,
    rules: Mapping[str, KeptRule],
    lists: Mapping[str, KeptList],
    choices: Choices,
    shipped: tuple[EntryList, ...],
) -> Policy:
    readable: list[EntryList] = []
    unreadable: list[str] = []
    for name, one in sorted(lists.items()):
        try:
            readable.append(parse(name, one))
        # It was read when it was saved, by an earlier version. A comment must not be lost for it.
        except BadEntry as error:
            log.exception("list_unreadable", site_id=site.id, list=name, reason=error.why)
            unreadable.append(name)
    chosen, unset = readable_rules(rules, site)
    return Policy(
        rules=chosen,
        unreadable_rules=tuple(unset),
        languages=tuple(choices.languages.split(",")),
        accepted=accepted_in(choices),
        lists=(*readable, *shipped),
        unreadable=tuple(unreadable),
    )
