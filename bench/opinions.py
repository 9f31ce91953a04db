"""Ask every contestant about every text, on all cores: here nothing is timed."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from bench.contestants import Contestant, Setting
from bench.metrics import Numbers
from bench.running import CannotTakePart, Running

_AT_ONCE = 50

# The scores of one text, by what they say of it, and the action if there is one.
_Opinion = tuple[dict[str, float], str | None]


@dataclass(slots=True)
class Opinions:
    """What everybody says, in the order of the texts."""

    # By contestant, and by what is said where one says more than one thing.
    scores: dict[str, Numbers] = field(default_factory=dict)
    # Of those that decide.
    actions: dict[str, np.ndarray] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)


def ask(
    contestants: Sequence[Contestant],
    texts: Sequence[str],
    setting: Setting,
    tell: Callable[[str, int, int], None],
) -> Opinions:
    """Collect everybody's opinions."""
    found = Opinions()
    # Tests share texts, and some contestants take long over them.
    different = list(dict.fromkeys(texts))
    for contestant in contestants:
        try:
            by_text = dict(zip(different, _of_one(contestant, different, setting, tell), strict=True))
        except CannotTakePart as error:
            found.absent[contestant.name] = str(error)
            continue
        opinions = [by_text[text] for text in texts]
        for said in opinions[0][0]:
            name = f"{contestant.name}, {said}" if said else contestant.name
            found.scores[name] = np.array([scores[said] for scores, _ in opinions])
        if opinions[0][1] is not None:
            found.actions[contestant.name] = np.array([action for _, action in opinions])
    return found


def _of_one(
    contestant: Contestant,
    texts: Sequence[str],
    setting: Setting,
    tell: Callable[[str, int, int], None],
) -> list[_Opinion]:
    """Share the texts out among processes; the long ones may stand together, so every n-th is taken."""
    processes = os.cpu_count() or 1
    found: list[_Opinion | None] = [None] * len(texts)
    counting = Lock()
    done = 0

    def ask_share(first: int) -> None:
        nonlocal done
        places = range(first, len(texts), processes)
        with Running(contestant, [texts[place] for place in places], setting) as running:
            for begin in range(0, len(places), _AT_ONCE):
                some = places[begin : begin + _AT_ONCE]
                for place, opinion in zip(some, running.opinions(begin, len(some)), strict=True):
                    found[place] = opinion
                with counting:
                    done += len(some)
                    tell(contestant.name, done, len(texts))

    with ThreadPoolExecutor(processes) as pool:
        for _ in pool.map(ask_share, range(processes)):
            pass
    return [opinion for opinion in found if opinion is not None]
