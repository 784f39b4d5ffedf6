"""Parameters naming runs, luminosity blocks and events, and ranges of them."""

from typing import Any, ClassVar

from e2efw.config.origin import here
from e2efw.config.parameter import Parameter
from e2efw.config.vectors import Vector

Numbers = tuple[int, ...]
_LIMITS = {"MIN": 1, "MAX": 0}


class Numbered(Parameter):
    """A tuple of integers, also written as text."""

    _forms: ClassVar[str]

    def __init__(self, *fields: Any) -> None:
        self._locate()
        self._numbers = self._parsed(fields)

    @classmethod
    def _parsed(cls, fields: tuple[Any, ...]) -> Numbers:
        """The numbers meant by any of the written forms.

        Raises:
            RuntimeError: none of the forms.
        """
        given = fields[0] if len(fields) == 1 and not isinstance(fields[0], int) else fields
        if isinstance(given, cls):
            return given.value()
        try:
            read = cls._from_text(given.replace(" ", "")) if isinstance(given, str) else tuple(given)
            if all(isinstance(number, int) for number in read):
                return cls._completed(read)
        except (TypeError, ValueError):
            pass
        wrong = given if isinstance(given, str) else ", ".join(map(repr, fields))
        raise RuntimeError(f"cms.{cls.__name__}({wrong}): wanted {cls._forms} ({here()}).")

    @classmethod
    def _from_text(cls, text: str) -> Numbers:
        return tuple(int(part) for part in text.split(":"))

    @classmethod
    def _completed(cls, numbers: Numbers) -> Numbers:
        """All fields, from those given.

        Raises:
            ValueError: a wrong number of fields.
        """
        raise NotImplementedError

    def value(self) -> Numbers:
        """All numbers, in the order of the constructor."""
        return self._numbers

    def setValue(self, value: Any) -> None:
        """Take any of the forms of the constructor."""
        numbers = self._parsed(value if isinstance(value, tuple) else (value,))
        changed = numbers != self._numbers
        self._numbers = numbers
        self._touch(changed)

    def pythonValue(self, indent: int = 0) -> str:  # noqa: ARG002  ids stand on one line
        """The numbers, comma-separated."""
        return ", ".join(map(str, self._numbers))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Numbered) and (type(self), self._numbers) == (type(other), other._numbers)


class EventID(Numbered):
    """One event: (run, event), (run, lumi, event), "run:event" or "run:lumi:event"."""

    _forms = "(run, event), (run, lumi, event), 'run:event' or 'run:lumi:event'"

    @classmethod
    def _completed(cls, numbers: Numbers) -> Numbers:
        if len(numbers) == 2:
            return numbers[0], 0, numbers[1]
        run, lumi, event = numbers
        return run, lumi, event

    def run(self) -> int:
        """Run number."""
        return self._numbers[0]

    def luminosityBlock(self) -> int:
        """Luminosity block; 0 if not given."""
        return self._numbers[1]

    def event(self) -> int:
        """Event number."""
        return self._numbers[2]


class LuminosityBlockID(Numbered):
    """One luminosity block: (run, lumi) or "run:lumi"."""

    _forms = "(run, lumi) or 'run:lumi'"

    @classmethod
    def _completed(cls, numbers: Numbers) -> Numbers:
        run, lumi = numbers
        return run, lumi

    def run(self) -> int:
        """Run number."""
        return self._numbers[0]

    def luminosityBlock(self) -> int:
        """Luminosity block."""
        return self._numbers[1]


class Range(Numbered):
    """From one id to another, both included; MIN is 1, MAX and an end of 0 mean no limit."""

    @classmethod
    def _from_text(cls, text: str) -> Numbers:
        ends = [tuple(_number(part) for part in end.split(":")) for end in text.split("-")]
        if len(ends) > 2 or len(ends[0]) != len(ends[-1]):
            raise ValueError(text)
        return (*ends[0], *ends[-1])

    @classmethod
    def _ordered(cls, numbers: Numbers) -> Numbers:
        """The same numbers, a start of 0 made 1.

        Raises:
            ValueError: the end lies before the start.
        """
        half = len(numbers) // 2
        start, end = (*numbers[: half - 1], numbers[half - 1] or 1), numbers[half:]
        for first, last in zip(start, end, strict=True):
            if first != last:
                if first > last > 0:
                    raise ValueError(numbers)
                break
        return (*start, *end)

    def start(self) -> int:
        """First run."""
        return self._numbers[0]

    def startSub(self) -> int:
        """First event or luminosity block of the first run."""
        return self._numbers[len(self._numbers) // 2 - 1]

    def end(self) -> int:
        """Last run."""
        return self._numbers[len(self._numbers) // 2]

    def endSub(self) -> int:
        """Last event or luminosity block of the last run; 0 for no limit."""
        return self._numbers[-1]


def _number(part: str) -> int:
    return _LIMITS[part.upper()] if part.upper() in _LIMITS else int(part)


class EventRange(Range):
    """Events: 4 or 6 integers, "r:e-r:e", "r:l:e-r:l:e", or one id for a range of one event."""

    _forms = "4 or 6 integers, 'run:event-run:event' or 'run:lumi:event-run:lumi:event', in order"

    @classmethod
    def _completed(cls, numbers: Numbers) -> Numbers:
        if len(numbers) == 4:
            numbers = (numbers[0], 0, numbers[1], numbers[2], 0, numbers[3])
        if len(numbers) != 6:
            raise ValueError(numbers)
        return cls._ordered(numbers)

    def startLumi(self) -> int:
        """First luminosity block; 0 if not given."""
        return self._numbers[1]

    def endLumi(self) -> int:
        """Last luminosity block; 0 if not given."""
        return self._numbers[4]


class LuminosityBlockRange(Range):
    """Luminosity blocks: 4 integers, "r:l-r:l", or one id for a range of one block."""

    _forms = "4 integers or 'run:lumi-run:lumi', in order"

    @classmethod
    def _completed(cls, numbers: Numbers) -> Numbers:
        if len(numbers) != 4:
            raise ValueError(numbers)
        return cls._ordered(numbers)


class NumberedVector(Vector):
    """Ids or ranges; elements keep the form they were written in."""

    _numbered: ClassVar[type[Numbered]]

    @classmethod
    def _element(cls, item: Any) -> Any:
        if not isinstance(item, (str, cls._numbered)):
            raise TypeError(cls._complaint(item, f"an element: a str or a cms.{cls._numbered.__name__}"))
        cls._numbered(item)
        return item

    @classmethod
    def _element_text(cls, item: Any, indent: int) -> str:
        return f'"{item}"' if isinstance(item, str) else str(item.dumpPython(indent))

    def parsed(self) -> list[Any]:
        """Every element as an id or range object."""
        return [self._numbered(item) for item in self]


class VEventID(NumberedVector):
    """Events."""

    _numbered = EventID


class VLuminosityBlockID(NumberedVector):
    """Luminosity blocks."""

    _numbered = LuminosityBlockID


class VEventRange(NumberedVector):
    """Ranges of events."""

    _numbered = EventRange


class VLuminosityBlockRange(NumberedVector):
    """Ranges of luminosity blocks."""

    _numbered = LuminosityBlockRange
