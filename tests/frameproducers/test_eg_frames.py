"""Windows of photons and electrons: the hottest crystal in the middle, borders, and objects without a window."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.candidates import Electrons, Jets, Photons
from dataformats.frames import SeedStatus
from dataformats.geometry.crystals import eb_position
from dataformats.geometry.detids import pack_eb, pack_ee, unpack_eb, valid_eb
from dataformats.geometry.ecal import IN_EB, find_crystals
from dataformats.geometry.picture import eb_pixel
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.superclusters import SuperClusterHits, SuperClusters
from e2efw.errors import ConfigurationError, ProductNotFoundError
from frameproducers.eg_frames import EGFrameProducer, EGFrameProducts
from frameproducers.entries import Inputs
from frameproducers.pictures import pictures

Crystal = tuple[int, int]
Read = Callable[..., Any]
STATUS = SeedStatus


def produce(
    photons: Photons, inputs: Inputs, members: SuperClusterHits | None = None, **parameters: Any
) -> EGFrameProducts:
    return EGFrameProducer(**parameters).produce(photons, None, members, inputs)


def event(*crystals: tuple[int, int, float]) -> Inputs:
    """One event with these barrel hits: ieta, iphi, GeV."""
    ids, energies = [pack_eb(ieta, iphi) for ieta, iphi, _ in crystals], [energy for *_, energy in crystals]
    eb = EBRecHits.from_lists(detid=[ids], energy=[energies], time=[[0.0] * len(ids)])
    return Inputs(eb, EERecHits.empty(1), HBHERecHits.empty(1))


def photon_at(*crystals: Crystal, pt: float = 50.0, **more: Any) -> Photons:
    """One event with a photon towards each crystal."""
    ieta, iphi = np.array(crystals).reshape(-1, 2).T
    place, n = eb_position(ieta, iphi), len(crystals)
    return Photons.from_lists(pt=[[pt] * n], eta=[place.eta], phi=[place.phi], mass=[[0.0] * n], **more)


def members_of(*owned: tuple[int, int, int]) -> SuperClusterHits:
    """One event with these hits of superclusters: owner, ieta, iphi."""
    ids = [pack_eb(ieta, iphi) for _, ieta, iphi in owned]
    return SuperClusterHits.from_lists(owner=[[o for o, *_ in owned]], detid=[ids], fraction=[[1.0] * len(ids)])


def centres(found: EGFrameProducts) -> list[tuple[int, int, int]]:
    return list(zip(*(found.seeds.flat(name).tolist() for name in ("row", "column", "status")), strict=True))


def test_the_hottest_crystal_of_the_supercluster_is_in_row_and_column_15() -> None:
    inputs = event((10, 100, 3.0), (11, 101, 7.0), (12, 99, 50.0), (11, 102, 2.0))
    members = members_of((0, 10, 100), (0, 11, 101), (0, 11, 102), (1, 12, 99))
    seeds, frames = produce(photon_at((10, 100)), inputs, members)
    assert (seeds.flat("row")[0], seeds.flat("column")[0]) == (55 + 85 + 10, 100)
    window = frames.pixels[0, 0]
    assert frames.pixels.shape == (1, 1, 32, 32)
    assert (window[15, 15], window[14, 14], window[16, 13], window[15, 16]) == (7.0, 3.0, 50.0, 2.0)
    assert np.count_nonzero(window) == 4


def test_photons_find_their_supercluster_by_position_or_by_their_own() -> None:
    inputs = event((10, 100, 3.0), (-40, 9, 5.0))
    members = members_of((0, 10, 100), (1, -40, 9))
    named = photon_at((10, 100), super_cluster=[[1]])
    assert centres(produce(named, inputs, members)) == [(55 + 85 - 40, 8, STATUS.OK)]
    assert centres(produce(photon_at((10, 100), (-40, 9)), inputs, members))[1] == (100, 8, STATUS.OK)


def test_hits_of_the_endcap_without_energy_or_lost_in_readout_are_no_seeds() -> None:
    inputs = event((10, 100, 3.0), (11, 100, -1.0), (12, 100, 0.0))
    ids = [pack_eb(11, 100), pack_eb(12, 100), pack_eb(13, 100), pack_ee(20, 50, 1)]
    members = SuperClusterHits.from_lists(owner=[[0] * 4], detid=[ids], fraction=[[1.0] * 4])
    assert centres(produce(photon_at((10, 100)), inputs, members)) == [(0, 0, STATUS.NO_CRYSTAL)]


def test_of_equal_crystals_the_first_hit_of_the_supercluster_wins() -> None:
    members = members_of((0, 11, 101), (0, 10, 100))
    found = produce(photon_at((10, 100)), event((10, 100, 3.0), (11, 101, 3.0)), members)
    assert centres(found) == [(150, 100, STATUS.OK)]


def test_windows_wrap_around_phi() -> None:
    inputs = event((5, 1, 9.0), (5, 360, 1.0), (5, 346, 2.0), (5, 345, 3.0), (5, 17, 4.0), (5, 18, 5.0))
    _, frames = produce(photon_at((5, 1)), inputs, members_of((0, 5, 1)))
    assert frames.pixels[0, 0, 15].nonzero()[0].tolist() == [0, 14, 15, 31]
    assert frames.pixels[0, 0, 15, [0, 14, 15, 31]].tolist() == [2.0, 1.0, 9.0, 4.0]


@pytest.mark.parametrize(("ieta", "inside"), [(-85, 0), (-71, 0), (-70, 1), (69, 1), (70, 0), (85, 0)])
def test_windows_beyond_the_barrel_are_zero_there_or_rejected(ieta: int, inside: int) -> None:
    inputs = dataclasses.replace(event((ieta, 50, 5.0)), ee_hits=full_endcaps())
    photons, members = photon_at((ieta, 50)), members_of((0, ieta, 50))
    seeds, frames = produce(photons, inputs, members, border="reject", max_eta=1.6)
    assert seeds.flat("status").tolist() == [STATUS.OK if inside else STATUS.NEAR_EDGE]
    assert len(frames.pixels) == inside
    _, padded = produce(photons, inputs, members, max_eta=1.6)
    assert padded.pixels[0, 0, 15, 15] == 5.0
    assert np.count_nonzero(padded.pixels) == 1  # nothing of the endcaps


def full_endcaps() -> EERecHits:
    """One event with 1 GeV in a ring of crystals near the barrel."""
    ids = [pack_ee(50, iy, side) for side in (-1, 1) for iy in (*range(1, 8), *range(94, 101))]
    return EERecHits.from_lists(detid=[ids], energy=[[1.0] * len(ids)], time=[[0.0] * len(ids)])


def test_every_photon_without_a_window_says_why() -> None:
    photons = Photons.from_lists(
        pt=[[9.9, 10.0, 50.0, 50.0], []],
        eta=[[0.1, 0.1, 1.26, -1.25], []],
        phi=[[0.0] * 4, []],
        mass=[[0.0] * 4, []],
    )
    inputs = Inputs(EBRecHits.empty(2), EERecHits.empty(2), HBHERecHits.empty(2))
    seeds, frames = produce(photons, inputs, SuperClusterHits.empty(2), max_eta=1.25)
    none = STATUS.NO_CRYSTAL
    assert seeds.status.to_list() == [[STATUS.BELOW_PT, none, STATUS.OUTSIDE_ETA, none], []]
    assert frames.pixels.shape == (0, 1, 32, 32)


def test_without_superclusters_the_hottest_crystal_near_the_direction_counts_if_asked_for() -> None:
    inputs = event((10, 100, 3.0), (2, 92, 7.0), (-1, 92, 9.0), (1, 92, 1.0), (10, 109, 20.0))
    found = produce(photon_at((10, 100)), inputs, seed_rule="hottestCrystal")
    assert centres(found) == [(55 + 85 + 1, 91, STATUS.OK)]
    found = produce(photon_at((10, 100)), inputs, seed_rule="hottestCrystal", search_reach=0)
    assert centres(found) == [(149, 99, STATUS.OK)]
    with pytest.raises(ProductNotFoundError, match=r"needs 'superClusterHits'.*seedRule = 'hottestCrystal' looks"):
        produce(photon_at((10, 100)), inputs)


def test_what_is_needed_depends_on_objects_and_rule() -> None:
    ecal = {"eb_hits", "ee_hits"}
    assert EGFrameProducer().needed_products() == ecal | {"photons", "super_cluster_hits"}
    other = EGFrameProducer(objects="electrons", seed_rule="hottestCrystal", channels=("ECAL", "TracksPt"))
    assert other.needed_products() >= ecal | {"electrons", "tracks"}
    assert "super_cluster_hits" not in other.needed_products()
    with pytest.raises(ProductNotFoundError, match="objects = 'electrons', which the input does not have"):
        produce(photon_at((1, 1)), event((1, 1, 1.0)), SuperClusterHits.empty(1), objects="electrons")


def test_electrons_have_windows_like_photons() -> None:
    inputs, members, photons = event((10, 100, 3.0)), members_of((0, 10, 100)), photon_at((10, 100))
    electrons = Electrons.restored(photons.offsets, photons.columns, {})
    found = EGFrameProducer(objects="electrons").produce(None, electrons, members, inputs)
    assert centres(found) == centres(produce(photons, inputs, members))


def test_windows_that_cannot_be_drawn_are_refused_before_the_first_event() -> None:
    with pytest.raises(ConfigurationError, match="EGFrameProducer: windows 361 pixels wide; 360 go once around"):
        EGFrameProducer(width=361)
    with pytest.raises(ConfigurationError, match=r"171 pixels high do not fit into the 170.*border='pad'"):
        EGFrameProducer(height=171, border="reject")
    with pytest.raises(ConfigurationError, match="'seedRule': 'hottest' is not one of superCluster, hottestCrystal"):
        EGFrameProducer(seed_rule="hottest")


def test_simulated_photons_have_the_seeds_and_crops_of_a_readable_twin(
    simulated_collection: Read, simulated_inputs: Inputs
) -> None:
    photons, members = simulated_photons(simulated_collection)
    eb = simulated_inputs.eb_hits
    found = produce(photons, simulated_inputs, members, min_pt=5.0)
    near = produce(photons, simulated_inputs, members, min_pt=5.0, seed_rule="hottestCrystal")
    images = pictures(["ECAL"], simulated_inputs)[:, 0, 55:225]
    windows, windows_near = iter(found.frames.pixels[:, 0]), iter(near.frames.pixels[:, 0])
    n_seeded = 0
    for i, owner in enumerate(np.repeat(np.arange(len(photons)), photons.counts)):
        if photons.flat("pt")[i] < 5 or abs(photons.flat("eta")[i]) > 1.44:
            continue
        mine = slice(members.offsets[owner], members.offsets[owner + 1])
        ids = members.flat("detid")[mine][members.flat("owner")[mine] == photons.flat("super_cluster")[i]]
        hits = slice(eb.offsets[owner], eb.offsets[owner + 1])
        energy = dict(zip(eb.flat("detid")[hits].tolist(), eb.flat("energy")[hits].tolist(), strict=True))
        row, column = place(max(ids[valid_eb(ids)].tolist(), key=lambda one: energy.get(one, 0.0)))
        assert centres(found)[i] == (row + 55, column, STATUS.OK)
        assert np.array_equal(next(windows), crop(images[owner], row, column))
        row, column = hottest(images[owner], float(photons.flat("eta")[i]), float(photons.flat("phi")[i]))
        assert centres(near)[i] == (row + 55, column, STATUS.OK)
        assert np.array_equal(next(windows_near), crop(images[owner], row, column))
        n_seeded += 1
    assert n_seeded == len(found.frames.pixels) == len(near.frames.pixels) > 200


def test_shower_shapes_of_simulated_photons_come_out_of_their_windows(
    simulated_collection: Read, simulated_inputs: Inputs
) -> None:
    photons, members = simulated_photons(simulated_collection)
    clusters = simulated_collection(SuperClusters, "superClusters", "clusters")
    seeds, frames = produce(photons, simulated_inputs, members)
    seeded = np.flatnonzero(seeds.flat("status") == STATUS.OK)
    owner = np.repeat(np.arange(len(photons)), photons.counts)[seeded]
    detid = clusters.flat("seed")[clusters.offsets[owner] + photons.flat("super_cluster")[seeded]]
    row, column = eb_pixel(*unpack_eb(detid))
    # in jets a supercluster may have a small part of a hotter crystal of its neighbour
    alone = (row == seeds.flat("row")[seeded]) & (column == seeds.flat("column")[seeded])
    assert np.mean(alone) > 0.8
    for name, reach, limit in (("max_energy_crystal", 0, 1e-6), ("e3x3", 1, 0.02), ("e5x5", 2, 0.05)):
        around = slice(15 - reach, 16 + reach)
        ours, theirs = frames.pixels[alone, 0, around, around].sum(axis=(1, 2)), photons.flat(name)[seeded][alone]
        assert ours == pytest.approx(theirs, rel=limit)


def test_energy_and_time_of_barrel_crystals_are_drawn_where_the_ecal_is(
    simulated_collection: Read, simulated_inputs: Inputs
) -> None:
    photons, members = simulated_photons(simulated_collection)
    _, frames = produce(photons, simulated_inputs, members, channels=("EBTime", "ECAL", "EBEnergy"))
    time, ecal, energy = (frames.select([name])[:, 0] for name in frames.channels)
    assert np.array_equal(ecal, energy)
    assert np.all(ecal[time != 0.0] > 0.0)
    _, parts = produce(photons, simulated_inputs, members, channels=("@agg2",))
    assert np.hypot(parts.pixels[:, 0], parts.pixels[:, 1]) == pytest.approx(ecal, rel=1e-6)
    assert np.count_nonzero(time) > 0.9 * np.count_nonzero(ecal) > 1000


def test_windows_may_show_tracks_in_jets(simulated_collection: Read, simulated_inputs: Inputs) -> None:
    photons, members = simulated_photons(simulated_collection)
    inputs = dataclasses.replace(simulated_inputs, tagged_jets=simulated_collection(Jets, "ak4PFJetsCHS"))
    seeds, frames = produce(photons, inputs, members, channels=("TracksIP3D",))
    images = pictures(["TracksIP3D"], inputs)[:, 0, 55:225]
    owner = np.repeat(np.arange(len(photons)), photons.counts)[seeds.flat("status") == STATUS.OK]
    for window, number, row, column in zip(frames.pixels[:, 0], owner, frames.row, frames.column, strict=True):
        assert np.array_equal(window, crop(images[number], int(row) - 55, int(column)))
    assert np.count_nonzero(frames.pixels) > 100


def test_windows_do_not_depend_on_how_events_are_cut(simulated_collection: Read, simulated_inputs: Inputs) -> None:
    photons, members = simulated_photons(simulated_collection)
    whole = produce(photons, simulated_inputs, members)
    for cut in (slice(0, 0), slice(0, 1), slice(3, 20), np.array([1, 5, 30])):
        part = produce(photons.take(cut), simulated_inputs.take(cut), members.take(cut))
        assert centres(part) == centres(EGFrameProducts(whole.seeds.take(cut), whole.frames))
        assert np.array_equal(part.frames.pixels, whole.frames.take(cut).pixels)


def simulated_photons(read: Read) -> tuple[Photons, SuperClusterHits]:
    return read(Photons, "gedPhotons"), read(SuperClusterHits, "superClusters", "hits")


def place(detid: int) -> tuple[int, int]:
    """Row and column of a crystal in the picture of the barrel."""
    row, column = eb_pixel(*unpack_eb(np.array([detid], np.uint32)))
    return int(row[0]) - 55, int(column[0])


def hottest(barrel: NDArray[np.float32], eta: float, phi: float) -> tuple[int, int]:
    """The readable twin: hottest of 17 x 17 around the crystal of a direction."""
    kind, index = find_crystals(eta, phi)
    assert kind == IN_EB
    rows = np.arange(max(int(index) // 360 - 8, 0), min(int(index) // 360 + 9, 170))
    columns = np.arange(int(index) % 360 - 8, int(index) % 360 + 9) % 360
    down, across = np.unravel_index(np.argmax(barrel[np.ix_(rows, columns)]), (rows.size, 17))
    return int(rows[down]), int(columns[across])


def crop(barrel: NDArray[np.float32], row: int, column: int) -> NDArray[np.float32]:
    """The readable twin: 15 before, 16 after the crystal; zero beyond the barrel, around in phi."""
    padded = np.pad(barrel, ((16, 16), (0, 0)))
    return padded[row + 1 : row + 33][:, np.arange(column - 15, column + 17) % 360]
