"""Collections that carry a description of their own, which files keep."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection


class Described(Collection):
    """A collection that keeps what its numbers mean.

    Args:
        offsets: (events + 1,) boundaries of the events.
        about: the description; JSON data.
        columns: flat arrays, one per leaf.
    """

    def __init__(
        self, offsets: NDArray[np.int64], *, about: Mapping[str, Any] | None = None, **columns: NDArray[Any]
    ) -> None:
        super().__init__(offsets, **columns)
        self.about = dict(about or {})

    @classmethod
    def restored(
        cls, offsets: NDArray[np.int64], columns: dict[str, NDArray[Any]], description: Mapping[str, Any]
    ) -> Self:
        """Build from columns known to be valid."""
        product = super().restored(offsets, columns, description)
        product.about = dict(description)
        return product

    @property
    def description(self) -> dict[str, Any]:
        """What the numbers mean."""
        return self.about
