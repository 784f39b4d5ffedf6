"""The output module that writes tables of windows."""

from collections.abc import Mapping
from pathlib import Path

from dataformats.candidates import Electrons, Jets, MissingMomentum, Photons
from dataformats.collection import Product
from dataformats.frames import Layer, Seeds, SparseFrames
from dataformats.geometry.picture import ROWS
from dataformats.jit import announced
from dataformats.tracks import Vertices
from dataformats.truth import TruthLabels
from dataformats.window_table import WindowTable
from e2efw.errors import ConfigurationError, ProductNotFoundError, nearest
from e2efw.framework.blocks import SourceContent
from e2efw.framework.modules import InputTag, OutputModule, param
from e2efw.framework.parameters import positive
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.whole_file import WholeFile
from frameproducers.eg_frames import BARREL
from frameproducers.export.parquet import pyarrow
from frameproducers.export.writer import ParquetFrameWriter, Products, Settings
from frameproducers.layers import known_layers
from frameproducers.resampling import EEResampling
from frameproducers.windows import Upsampling, View, refuse_what_does_not_fit

_OWNER = "ParquetFrameOutput"
_READ: Mapping[str, tuple[type[Product], ...]] = {
    "frames": (SparseFrames,),
    "objects": (Jets, Photons, Electrons),
    "seeds": (Seeds,),
    "truth": (TruthLabels,),
    "vertices": (Vertices,),
    "met": (MissingMomentum,),
}
"""Parameters that name products, and what each may be."""
_OPTIONAL = ("vertices", "met")


def _two_positive(value: tuple[int, ...]) -> str | None:
    return None if len(value) == 2 and min(value) > 0 else "must be rows and columns, both larger than 0"


def _names_a_file(value: str) -> str | None:
    return None if value.removeprefix("file:") else "must name a file"


def _level(value: int) -> str | None:
    return None if 1 <= value <= 22 else "must be from 1 to 22"


class ParquetFrameOutput(OutputModule):
    """Writes one row per object to a Parquet file: the cells in its window, seed, label, targets and scalars.

    The cells are cut out of sparse frames, so no pixel is ever made. Objects without a window, and those whose label is
    not valid, are counted and left out. Identical jobs write identical bytes, however the events were cut into blocks.
    """

    file_name: str = param(doc="file to write, with or without 'file:'", tracked=False, check=_names_a_file)
    frames: InputTag = param("detFrames", doc="sparse pictures of the whole detector; their layers are the channels")
    objects: InputTag = param("ak8PFJetsCHS", doc="jets, photons or electrons: what the rows are about")
    seeds: InputTag = param("jetFrames:seeds", doc="centres of the windows, in step with the objects")
    truth: InputTag = param("topTruth", doc="labels and targets, in step with the objects")
    vertices: InputTag = param("offlinePrimaryVertices", doc="vertices to count; empty for no such column")
    met: InputTag = param("pfMet", doc="missing transverse momentum; empty for no such columns")
    window: tuple[int, ...] = param((125, 125), doc="rows and columns of a window, in pixels", check=_two_positive)
    granularity: int = param(1, doc="pixels along either side of a crystal", check=positive)
    hcal_upsampling: Upsampling = param(
        "share", doc="pixels of an HCAL tower get equal parts of its energy (share), or each all of it (tile)"
    )
    ee_resampling: EEResampling = param(
        "none", doc="2 x 2 pixels of ECAL endcaps share their energy (conserving), or a quarter of it (legacy)"
    )
    barrel_only: bool = param(False, doc="windows see no endcap, as those of photons do")
    keep_all: bool = param(False, doc="also objects without window or valid label, with nulls")
    rows_per_group: int = param(4096, doc="rows that are read and written together", check=positive, tracked=False)
    compression_level: int = param(3, doc="of zstd, 1 (fast) to 22 (small)", tracked=False, check=_level)

    def open(self, content: SourceContent, provenance: Provenance) -> "ParquetFrameWriter":
        """Find the products and check that the file can be written.

        Raises:
            ProductNotFoundError: one of the products is nowhere.
            ConfigurationError: one of them is of another class, or its layers do not fit the windows.
            FileWriteError: the file cannot be written, or it is an input of this job.
            MissingDependencyError: pyarrow is not installed.
        """
        pyarrow()
        keys = {name: self._key(name, content) for name in _READ if name not in _OPTIONAL or getattr(self, name).label}
        classes = {name: _class_of(name, content[key].friendly_type, key) for name, key in keys.items()}
        described = content[keys["frames"]].description.get("layers")
        if described is None:
            raise ConfigurationError(f"{_OWNER}: '{keys['frames']}' has no description of its layers; make them again.")
        view = self._view([layer["name"] for layer in described])
        cuts = [view.cut(name) for name in view.channels]
        table = WindowTable.of([Layer(**layer) for layer in described], cuts, view.shape, self.granularity)
        file = WholeFile(Path(self.file_name.removeprefix("file:")), _OWNER)
        file.refuse_inputs({info.origin for info in content.values()})
        with file.writing(), announced("e2efw.frameproducers"):
            return ParquetFrameWriter(self.settings, file, table, view, Products(keys, classes), provenance)

    @property
    def settings(self) -> Settings:
        """What the writer needs of the parameters."""
        return Settings(self.keep_all, self.rows_per_group, self.compression_level)

    def _view(self, names: list[str]) -> View:
        """What windows show.

        Raises:
            ConfigurationError: a layer is none of ours, or has no place in such windows.
        """
        complaint = known_layers(names)
        if complaint:
            raise ConfigurationError(f"{_OWNER}: '{self.frames}' cannot be cut: {complaint}.")
        view = View(
            tuple(names),
            (self.window[0], self.window[1]),
            self.granularity,
            self.hcal_upsampling,
            self.ee_resampling,
            rows=BARREL if self.barrel_only else (0, ROWS),
        )
        refuse_what_does_not_fit(_OWNER, view, "pad")
        return view

    def _key(self, name: str, content: SourceContent) -> ProductKey:
        """The newest product that a parameter means."""
        tag: InputTag = getattr(self, name)
        found = [key for key in content if tag.matches(key)]
        if found:
            return found[-1]
        types = {cls.friendly_type for cls in _READ[name]}
        known = {str(InputTag(key.label, key.instance)) for key, info in content.items() if info.friendly_type in types}
        raise ProductNotFoundError(
            f"{_OWNER}: no product '{tag}' for '{name}'. {nearest(str(tag), known, 'Products of such a type')}"
        )


def _class_of(name: str, friendly_type: str, key: ProductKey) -> type[Product]:
    for cls in _READ[name]:
        if cls.friendly_type == friendly_type:
            return cls
    allowed = ", ".join(cls.__name__ for cls in _READ[name])
    raise ConfigurationError(f"{_OWNER}: '{name}' may be {allowed}, but {key} is a {friendly_type}.")
