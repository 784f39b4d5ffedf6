"""Files of events for coffea: ``NanoEventsFactory.from_root({"out.root": "Events"}, schemaclass=E2ESchema)``.

A product goes by its label, with an instance ``label_instance``; where several processes made it, by
``label_instance_PROCESS``. Columns have the names that modules see. Objects with pt, eta, phi and mass are
four-vectors, those with a momentum or a position three-vectors. Products that no class of ours describes are records of
lists.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final, TypeAlias

import vector

from dataformats.collection import Collection
from e2efw.errors import MissingDependencyError
from e2efw.io.branches import AUXILIARY, PRESENT, BranchName
from e2efw.io.classes import product_classes

try:
    from coffea.nanoevents.methods import base
    from coffea.nanoevents.methods import vector as coffea_vector
    from coffea.nanoevents.schemas.base import BaseSchema, zip_forms
except ImportError as error:
    raise MissingDependencyError("e2efw.io.nano_schema needs coffea: pip install coffea") from error

Form: TypeAlias = dict[str, Any]
"""Of awkward, as JSON has it."""

_IDS: Final = {"run_": "run", "luminosityBlock_": "luminosityBlock", "event_": "event"}
"""Numbers of events, under the names of NanoAOD."""
_VECTORS: Final = {
    ("pt", "eta", "phi", "mass"): "PtEtaPhiMLorentzVector",
    ("px", "py", "pz"): "Momentum3D",
    ("x", "y", "z"): "ThreeVector",
}
"""What objects with these columns are."""


class E2ESchema(BaseSchema):  # type: ignore[misc]
    """Products as lists of records with vector behaviours.

    Args:
        base_form: the branches of the file, from coffea.
    """

    def __init__(self, base_form: Form, *args: Any, **kwargs: Any) -> None:
        super().__init__(base_form, *args, **kwargs)
        fields = _fields(dict(zip(base_form["fields"], base_form["contents"], strict=True)))
        self._form["fields"], self._form["contents"] = list(fields), list(fields.values())

    @classmethod
    def behavior(cls) -> Mapping[Any, Any]:
        """Of coffea's events and vectors, and of momenta."""
        return {**vector.backends.awkward.behavior, **base.behavior, **coffea_vector.behavior}


def _fields(branches: Mapping[str, Form]) -> dict[str, Form]:
    """What an event consists of."""
    fields: dict[str, Form] = {}
    products: dict[BranchName, dict[str, Form]] = {}
    for branch, form in chain.from_iterable(_leaves(path.split("/")[-1], form) for path, form in branches.items()):
        name = BranchName.parse(branch)
        if branch.startswith(f"{AUXILIARY}.") and branch.split(".")[-1] in _IDS:
            fields.setdefault(_IDS[branch.split(".")[-1]], form)
        elif name is not None and branch != name.prefix:
            products.setdefault(name, {})[branch.removeprefix(name.prefix)] = form
    # a counter is named after what it counts, with an n before it
    products = {name: leaves for name, leaves in products.items() if _counted(name) not in products}
    shared = Counter(_short(name) for name in products)
    for name, leaves in products.items():
        field = _short(name) if shared[_short(name)] == 1 else f"{_short(name)}_{name.key.process}"
        fields.setdefault(field, _product(field, name, leaves))
    return fields


def _short(name: BranchName) -> str:
    return f"{name.key.label}_{name.key.instance}".removesuffix("_")


def _counted(name: BranchName) -> BranchName | None:
    kind = name.friendly_type.removeprefix("n")
    return None if kind == name.friendly_type else BranchName(kind, name.key)


def _leaves(path: str, form: Form) -> Iterator[tuple[str, Form]]:
    """Numbers and lists of numbers of a branch, or those inside the records of an RNTuple."""
    records = form if form["class"] == "RecordArray" else form.get("content", {})
    if records.get("class") == "RecordArray":
        for field, inner in zip(records["fields"], records["contents"], strict=True):
            yield from _leaves(f"{path}.{field}", inner if records is form else {**form, "content": inner})
    elif form["class"] == "NumpyArray" or records.get("class") == "NumpyArray":
        yield path, form


def _product(field: str, name: BranchName, leaves: dict[str, Form]) -> Form:
    """A list of records, or one record per event."""
    cls = product_classes().get(name.friendly_type)
    if cls is None:
        columns = {path.replace(".", "_"): form for path, form in leaves.items()}
        return _record(field, columns, "NanoCollection")
    columns = {column: leaves[leaf.path] for column, leaf in cls.leaves.items() if leaf.path in leaves}
    kind = next((kind for names, kind in _VECTORS.items() if columns.keys() >= set(names)), "NanoCollection")
    if kind == "ThreeVector" and "energy" in columns:
        kind = "NanoCollection"  # a position with an energy is no vector, says the library
    if issubclass(cls, Collection):
        zipped: Form = zip_forms(columns, field, kind)
        return zipped
    if PRESENT in leaves:
        columns[PRESENT] = leaves[PRESENT]
    return _record(field, columns, kind)


def _record(field: str, columns: dict[str, Form], kind: str) -> Form:
    return {
        "class": "RecordArray",
        "fields": list(columns),
        "contents": list(columns.values()),
        "parameters": {"__record__": kind},
        "form_key": f"%21invalid%2C{field}",
    }
