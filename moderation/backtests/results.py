"""What came of a backtest: counts from which every figure follows, and the comments that change."""

import msgspec

from moderation.verdict import Action

# So many changed comments are listed of each kind; more, nobody reads.
_LISTED = 100


class Cell(msgspec.Struct, frozen=True):
    """How many comments people decided on so, with what the two policies say of them."""

    decided: Action
    now: Action
    draft: Action
    count: int


class Moved(msgspec.Struct, frozen=True):
    """A comment of which the two policies say different things."""

    comment_id: int
    decided: Action
    now: Action
    draft: Action

    @property
    def is_harmful(self) -> bool:
        """Whether the change alone would do, without a person, what people decided against."""
        return self.draft is not Action.REVIEW and self.draft is not self.decided

    @property
    def is_helpful(self) -> bool:
        """Whether the change would spare a person the decision, or undo a mistake."""
        return self.draft is self.decided


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How one policy did by what people decided."""

    good: int
    bad: int
    # Rejected without a person.
    good_rejected: int
    bad_rejected: int
    # Published without a person.
    good_published: int
    bad_published: int

    @property
    def waiting(self) -> int:
        """How many wait for a person."""
        return self.good + self.bad - self.rejected - self.good_published - self.bad_published

    @property
    def rejected(self) -> int:
        """How many are rejected without a person."""
        return self.good_rejected + self.bad_rejected

    @property
    def precision(self) -> float | None:
        """Of what is rejected without a person, the share that people rejected too."""
        return self.bad_rejected / self.rejected if self.rejected else None

    @property
    def recall(self) -> float | None:
        """Of what people rejected, the share that is rejected without a person."""
        return self.bad_rejected / self.bad if self.bad else None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a change would have done to some comments."""

    cells: tuple[Cell, ...]
    # The harmful ones first, and of each kind the latest.
    moved: tuple[Moved, ...]
    # Left out: what came with the site's history and was never judged here, and what another model
    # judged where thresholds are compared.
    history: int = 0
    other_model: int = 0
    # Texts that were not scored then and might be now.
    not_scored: int = 0
    # The words of Limit.
    limits: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def total(self) -> int:
        """How many comments were compared."""
        return sum(cell.count for cell in self.cells)

    @property
    def changed(self) -> int:
        """How many verdicts would change."""
        return sum(cell.count for cell in self.cells if cell.now is not cell.draft)

    def count(
        self,
        *,
        decided: Action | None = None,
        now: Action | None = None,
        draft: Action | None = None,
    ) -> int:
        """Count the comments of which all that is given is true."""
        return sum(
            cell.count
            for cell in self.cells
            if decided in {None, cell.decided}
            and now in {None, cell.now}
            and draft in {None, cell.draft}
        )

    def newly(self, *, decided: Action) -> int:
        """Count the mistakes more: what people decided so, and the other would be done to unseen."""
        wrong = Action.REJECT if decided == Action.APPROVE else Action.APPROVE
        return sum(
            self.count(decided=decided, now=now, draft=wrong) for now in Action if now is not wrong
        )

    def before(self) -> Figures:
        """Say how the policy does as it stands."""
        return self._figures("now")

    def after(self) -> Figures:
        """Say how it would do with the change."""
        return self._figures("draft")

    def _figures(self, side: str) -> Figures:
        def count(decided: Action, action: Action | None = None) -> int:
            return self.count(decided=decided, **({side: action} if action else {}))

        return Figures(
            good=count(Action.APPROVE),
            bad=count(Action.REJECT),
            good_rejected=count(Action.APPROVE, Action.REJECT),
            bad_rejected=count(Action.REJECT, Action.REJECT),
            good_published=count(Action.APPROVE, Action.APPROVE),
            bad_published=count(Action.REJECT, Action.APPROVE),
        )


class Tally:
    """Counts comments one by one."""

    def __init__(self) -> None:
        self._cells: dict[tuple[Action, Action, Action], int] = {}
        self._moved: dict[tuple[Action, Action, Action], list[Moved]] = {}
        self.history = self.other_model = self.not_scored = 0

    def add(self, comment_id: int, decided: Action, now: Action, draft: Action) -> None:
        """Count one."""
        key = (decided, now, draft)
        self._cells[key] = self._cells.get(key, 0) + 1
        if now is not draft:
            listed = self._moved.setdefault(key, [])
            if len(listed) < _LISTED:
                listed.append(Moved(comment_id, decided, now, draft))

    def result(self, *, limits: tuple[str, ...], seconds: float) -> Result:
        """Give the counts so far."""
        moved = [one for listed in self._moved.values() for one in listed]
        return Result(
            cells=tuple(Cell(*key, count) for key, count in sorted(self._cells.items())),
            # The order within each kind stays.
            moved=tuple(sorted(moved, key=lambda one: (not one.is_harmful, one.is_helpful))),
            history=self.history,
            other_model=self.other_model,
            not_scored=self.not_scored,
            limits=limits,
            seconds=seconds,
        )
