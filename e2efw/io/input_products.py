"""Which products of the input a job sees, and what files must have in common."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from e2efw.errors import MismatchedInputFilesError
from e2efw.framework.blocks import ProductInfo, SourceContent
from e2efw.framework.tags import ProductKey
from e2efw.io import keep_drop
from e2efw.io.branches import BranchName
from e2efw.io.file_contents import FileContents

_LOG = logging.getLogger("e2efw.io")
_OWNER = "PoolSource"


@dataclass(frozen=True)
class InputProducts:
    """The products of the first file that the input commands keep; later files are held against them.

    Args:
        first: the file that says what the source holds.
        commands: keep and drop rules.
        drop_descendants: what was made from a dropped product is dropped too.
        match: ``permissive``: later files may lack products; ``strict``: they may not.
    """

    first: FileContents
    commands: Sequence[str]
    drop_descendants: bool
    match: Literal["permissive", "strict"]

    @property
    def names(self) -> Mapping[ProductKey, BranchName]:
        """What is kept of the first file."""
        return self._kept(self.first.names)

    def check(self, later: FileContents) -> None:
        """Hold a later file against the first.

        Raises:
            MismatchedInputFilesError: it has a product that the first has not, has it as another type or described
                otherwise, or lacks one where all must match.
        """
        if later.path == self.first.path:
            return
        names = self.names
        known = {**self.first.names, **later.names}
        mine = later.names if known == self.first.names else {key: later.names[key] for key in self._kept(known, later)}
        for key, name in mine.items():
            if key not in self.first.names:
                raise MismatchedInputFilesError(
                    f"File {later.path}: product {name} is not in {self.first.path}, the first file. "
                    f"Put the file with more products first, or drop it: inputCommands = ['keep *', 'drop {name}']."
                )
            if key in names and name != names[key]:
                raise MismatchedInputFilesError(
                    f"File {later.path}: product {key} is of type {name.friendly_type}, but of type "
                    f"{names[key].friendly_type} in {self.first.path}."
                )
        lacking = [str(name) for key, name in names.items() if key not in later.names]
        if lacking and self.match == "strict":
            raise MismatchedInputFilesError(
                f"File {later.path}: no product {lacking[0]}, which {self.first.path} has "
                "(branchesMustMatch = 'strict')."
            )
        if lacking:
            _LOG.warning("File %s lacks products of the first file: %s", later.path, ", ".join(lacking))

    def check_description(self, later: FileContents, key: ProductKey) -> None:
        """Make sure that a product has the shape that it has in the first file.

        Raises:
            MismatchedInputFilesError: it has not.
        """
        expected = self.first.description(key)
        if later.description(key) != expected:
            raise MismatchedInputFilesError(
                f"File {later.path}: product {key} is described as {dict(later.description(key))}, "
                f"but in {self.first.path} as {dict(expected)}."
            )

    def _kept(
        self, names: Mapping[ProductKey, BranchName], holder: FileContents | None = None
    ) -> dict[ProductKey, BranchName]:
        """What the rules keep; with a holder, of its own products."""
        keys = keep_drop.kept(self.commands, names, parameter="inputCommands", owner=_OWNER)
        dropped = set(names) - set(keys)
        if dropped and self.drop_descendants:
            dropped = self._with_descendants(dropped)
        own = names if holder is None else holder.names
        return {key: name for key, name in own.items() if key not in dropped}

    def _with_descendants(self, dropped: set[ProductKey]) -> set[ProductKey]:
        """Records are ordered oldest first, but a process's own products may stand in any order."""
        records = [product for process in self.first.provenance.processes for product in process.products]
        while True:
            more = {record.key for record in records if dropped.intersection(record.parents)} - dropped
            if not more:
                return dropped
            dropped = dropped | more


def content_of(names: Mapping[ProductKey, BranchName], file: FileContents) -> SourceContent:
    """Products of a file as a source offers them, those of older processes first.

    The order of processes is known from the provenance; those that kept none come first, in the order of the tree.
    """
    age = {process.name: number for number, process in enumerate(file.provenance.processes)}
    keys = sorted(names, key=lambda key: age.get(key.process, -1))
    return {key: ProductInfo(names[key].friendly_type, file.description(key), origin=file.path) for key in keys}
