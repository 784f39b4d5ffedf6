"""``cms.FilteredStream``: what an output stream keeps, as CMSSW's skims describe it."""

from typing import Any, NamedTuple, NoReturn

from e2efw.config.origin import here


class _Fields(NamedTuple):
    content: Any
    dataTier: Any
    name: Any
    paths: Any
    responsible: Any
    selectEvents: Any


class FilteredStream(dict[str, Any]):
    """An immutable description of a stream.

    Raises:
        ValueError: any other set of names than content, dataTier, name, paths, responsible, selectEvents.
    """

    def __init__(self, **fields: Any) -> None:
        if set(fields) != set(_Fields._fields):
            raise ValueError(
                f"cms.FilteredStream: wanted exactly {', '.join(_Fields._fields)}, not {', '.join(sorted(fields))} "
                f"({here()})."
            )
        super().__init__(fields)

    def __getattr__(self, name: str) -> Any:
        if name not in self:
            raise AttributeError(f"cms.FilteredStream: no {name!r}; it has {', '.join(self)} ({here()}).")
        return self[name]

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        self._refuse()

    def __setitem__(self, name: str, value: Any) -> NoReturn:
        self._refuse()

    def __delitem__(self, name: str) -> NoReturn:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise AttributeError(f"cms.FilteredStream: its content is fixed ({here()}).")
