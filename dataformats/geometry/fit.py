"""Fit the crystal model to true cells: `python -m dataformats.geometry.fit cms_cells.npz [--literals]`.

The file holds `eb_detid`, `ee_detid` (n,) uint32 and `eb_corners`, `ee_corners` (n, 8, 3) in metres, corners 0-3 being
the front face. Prints how far the model in use is from them; with --literals also fresh coefficients.
"""

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.constants import EB_IETA, EE_SIZE, SUPERMODULE_IPHI
from dataformats.geometry.crystals import Position, barrel_terms, eb_position, ee_position, endcap_terms
from dataformats.geometry.detids import unpack_eb, unpack_ee
from dataformats.geometry.picture import ee_pixel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Coefficients = dict[str, Floats]


class TrueCells(NamedTuple):
    """Ids and front-face centres (cm) of some crystals, each (n,)."""

    detid: NDArray[np.uint32]
    position: Position


class Residual(NamedTuple):
    """How far a model is from true cells: distance in cm, |eta| off, fraction of crystals in their true pixel."""

    max_distance: float
    rms_distance: float
    max_eta: float
    in_true_pixel: float


def read_cells(path: Path, name: str) -> TrueCells:
    """Crystals `name` (eb or ee) of the file."""
    with np.load(path) as cells:
        centres = 100 * cells[f"{name}_corners"][:, :4].astype(np.float64).mean(axis=1)
        return TrueCells(cells[f"{name}_detid"], Position(*centres.T))


def fit_barrel(cells: TrueCells) -> Coefficients:
    """Least squares over barrel crystals, of which every |ieta| must be there."""
    ieta, iphi = unpack_eb(cells.detid)
    size, side, place = np.abs(ieta), np.sign(ieta), (iphi - 1) % SUPERMODULE_IPHI
    in_phi, in_radius = barrel_terms(size, np.where(side > 0, place, SUPERMODULE_IPHI - 1 - place))
    shift = (np.degrees(cells.position.phi) - (iphi - 10.5) + 180) % 360 - 180
    phi = _solve(np.column_stack([side[:, None] * in_phi, np.ones_like(shift)]), shift)
    rings = (size[:, None] == np.arange(1, EB_IETA + 1)).astype(np.float64)
    radius = _solve(np.column_stack([rings, in_radius]), np.hypot(cells.position.x, cells.position.y))
    return {
        "Z": _solve(rings, side * cells.position.z),
        "RADIUS": radius[:EB_IETA],
        "RADIUS_TERMS": radius[EB_IETA:],
        "PHI_TERMS": phi[:-1],
        "PHI_TILT": phi[-1:],
    }


def fit_endcap(cells: TrueCells) -> Coefficients:
    """Least squares over endcap crystals, folded into the quadrant x > 0, y > 0 of EE+."""
    ix, iy, _ = unpack_ee(cells.detid)
    half = EE_SIZE // 2
    column, row = np.where(ix > half, ix - half - 1, half - ix), np.where(iy > half, iy - half - 1, half - iy)
    terms = endcap_terms(column, row)
    return {name: _solve(terms, np.abs(axis)) for name, axis in zip("XYZ", cells.position, strict=True)}


def residual(model: Position, true: Position, model_pixel: Ints, true_pixel: Ints) -> Residual:
    """Compare positions and the pixels they fall in."""
    distance = np.sqrt((model.x - true.x) ** 2 + (model.y - true.y) ** 2 + (model.z - true.z) ** 2)
    return Residual(
        float(distance.max()),
        float(np.sqrt(np.mean(distance**2))),
        float(np.abs(model.eta - true.eta).max()),
        float(np.mean(model_pixel == true_pixel)),
    )


def barrel_residual(cells: TrueCells) -> Residual:
    """The barrel model in use against true crystals; a pixel is a crystal, so the nearest true centre is asked."""
    ieta, iphi = unpack_eb(cells.detid)
    model, true = eb_position(ieta, iphi), cells.position
    points, targets = np.stack(model, axis=-1), np.stack(true, axis=-1)
    nearest = np.concatenate([_nearest(chunk, targets) for chunk in np.array_split(points, 100)])
    return residual(model, true, nearest, np.arange(len(nearest)))


def endcap_residual(cells: TrueCells) -> Residual:
    """The endcap model in use against true crystals, in pixels of the stitched picture."""
    ix, iy, zside = unpack_ee(cells.detid)
    model, true = ee_position(ix, iy, zside), cells.position
    return residual(model, true, ee_pixel(model.eta, model.phi), ee_pixel(true.eta, true.phi))


def literals(coefficients: Coefficients, digits: int) -> str:
    """Python text that defines the coefficients, one tuple each."""
    tuples = {name: ", ".join(f"{value:.{digits}f}" for value in values) for name, values in coefficients.items()}
    return "\n".join(f"{name} = ({values},)" for name, values in tuples.items())


def _nearest(points: Floats, targets: Floats) -> Ints:
    return np.asarray(np.argmin(((points[:, None] - targets) ** 2).sum(axis=-1), axis=1), np.int64)


def _solve(terms: Floats, values: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(terms, values, rcond=None)[0], np.float64)


def main(path: Path, *, with_literals: bool) -> None:
    """Print residuals, and coefficients if asked."""
    barrel, endcap = read_cells(path, "eb"), read_cells(path, "ee")
    lines = [f"barrel: {barrel_residual(barrel)}", f"endcap: {endcap_residual(endcap)}"]
    if with_literals:
        lines += [literals(fit_barrel(barrel), 5), literals(fit_endcap(endcap), 5)]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), with_literals="--literals" in sys.argv[2:])
