"""One Pythia, each of whose events depends on a seed of its own and on nothing before it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, EventGenerationError, MissingDependencyError

PYTHIA_SEEDS = 900_000_000
"""Pythia takes seeds from 1 to this number."""
ATTEMPTS = 10
"""How often an event that Pythia gives up on is tried with other random numbers."""
HEADROOM = 1.5
"""While Pythia looks for the largest cross-section, a factor on it counts so much more; see `SigmaFactor`."""
ALWAYS = ("Print:quiet = on", "PhaseSpace:increaseMaximum = off")
"""A maximum that grew on the way would make an event depend on those before it."""

Index = NDArray[np.int64]
Prepare: TypeAlias = Callable[[Any, int], None]
"""Called with Pythia and the event's position in the batch, when its random numbers are set and nothing is made yet."""
SigmaFactor: TypeAlias = Callable[[float, float], float]
"""What the cross-section of a hard process with two products of these masses, in GeV, is multiplied by."""


class Pythia:
    """Pythia with the settings of one process.

    Args:
        who: for messages.
        lines: Pythia's own settings.
        sigma_factor: changes how often which masses are made.

    Raises:
        ConfigurationError: a line is not known to Pythia.
        EventGenerationError: there are no such events.
        MissingDependencyError: Pythia is not installed.
    """

    def __init__(self, who: str, lines: Iterable[str], sigma_factor: SigmaFactor | None = None) -> None:
        self.lines = tuple(lines)
        self._who = f"{who} ({'; '.join(self.lines)})"
        self._starts: Iterator[Callable[[], None]] = iter(())
        library = _library()
        self.native = library.Pythia("", False)  # False: no banner
        for line in (*ALWAYS, *self.lines):
            if not self.native.readString(line):
                raise ConfigurationError(f"{who}: this Pythia does not know the setting '{line}'.")
        methods = {"onBeginEvent": lambda _: next(self._starts)()} | _sigma_methods(sigma_factor)
        self._hooks = type("Hooks", (library.UserHooks,), methods)()  # Pythia calls it, but does not keep it alive
        self.native.setUserHooksPtr(self._hooks)
        if not self.native.init():
            raise EventGenerationError(f"{self._who}: Pythia finds no phase space or cannot start.")

    @property
    def version(self) -> str:
        """Pythia's version, ``8.317``."""
        return f"{self.native.settings.parm('Pythia:versionNumber'):.3f}"

    def records(self, seeds: Index, prepare: Prepare | None = None) -> Any:
        """Pythia's records, one event per seed, as an awkward array.

        Args:
            seeds: (events,) from 1 to `PYTHIA_SEEDS`.
            prepare: what else belongs to the beginning of an event.

        Raises:
            EventGenerationError: Pythia gives up on an event `ATTEMPTS` times.
        """
        parts, places, missing = [], [], np.arange(seeds.size)
        for attempt in range(ATTEMPTS):
            self._starts = (self._start(int(seeds[i]), attempt, int(i), prepare) for i in missing)
            made = self.native.nextBatch(missing.size, "none")
            good = ~ak.to_numpy(ak.is_none(made))
            if good.any():
                parts.append(ak.drop_none(made, axis=0))
                places.append(missing[good])
            missing = missing[~good]
            if not missing.size:
                return parts[0] if len(parts) == 1 else ak.concatenate(parts)[np.argsort(np.concatenate(places))]
        raise EventGenerationError(f"{self._who}: Pythia gave up on an event {ATTEMPTS} times; is there phase space?")

    def hard_masses(self, seeds: Index) -> NDArray[np.float64]:
        """(events, 2) masses of what two partons scatter to, GeV, without the events that Pythia gives up on.

        For settings without showers, which leave no event record.
        """
        self._starts = (self._start(int(seed), 0, place, None) for place, seed in enumerate(seeds))
        process = self.native.process
        return np.array([(process[5].m(), process[6].m()) for _ in seeds if self.native.next()])

    def _start(self, seed: int, attempt: int, place: int, prepare: Prepare | None) -> Callable[[], None]:
        def start() -> None:
            self.native.rndm.init(seed)
            for _ in range(attempt):  # other numbers of the same sequence, so that no two events share a seed
                self.native.rndm.flat()
            if prepare:
                prepare(self.native, place)

        return start


def _sigma_methods(factor: SigmaFactor | None) -> dict[str, Callable[..., Any]]:
    """What Pythia calls to have a cross-section changed."""
    if factor is None:
        return {}

    def multiply_sigma_by(_self: Any, _process: Any, phase_space: Any, in_event: bool) -> float:
        return factor(phase_space.m3, phase_space.m4) * (1.0 if in_event else HEADROOM)

    return {"canModifySigma": lambda _: True, "multiplySigmaBy": multiply_sigma_by}


def sample_key(name: str, seed: int) -> int:
    """A number of 64 bits; samples of two names with one seed share no random numbers."""
    return int(np.random.SeedSequence([seed, *name.encode()]).generate_state(1, np.uint64)[0])


def pythia_seeds(key: int, numbers: Index) -> Index:
    """(events,) seeds for Pythia, no two of a sample the same.

    The number of an event is multiplied and shifted by amounts that depend on the key of the sample, modulo the number
    of seeds there are. The factor shares no divisor with it, so the map is one to one.

    Args:
        key: of the sample.
        numbers: (events,) of the events, not negative.
    """
    shift, factor = (int(x) for x in np.random.SeedSequence(key).generate_state(2))
    factor = 30 * (factor % (PYTHIA_SEEDS // 30)) + 1
    return 1 + (shift + factor * (numbers % PYTHIA_SEEDS)) % PYTHIA_SEEDS


def _library() -> Any:
    try:
        import pythia8mc  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise MissingDependencyError("PythiaSource needs Pythia 8: pip install 'e2efw[sim]'") from error
    return pythia8mc
