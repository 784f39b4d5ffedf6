"""The inputs of every producer of frames."""

from dataclasses import dataclass

from e2efw.framework.modules import InputTag, param


@dataclass(frozen=True, kw_only=True)
class LayerInputs:
    """Everything that layers can be made of; a second base for producers."""

    eb_hits: InputTag = param("reducedEcalRecHitsEB", doc="hits in the ECAL barrel")
    ee_hits: InputTag = param("reducedEcalRecHitsEE", doc="hits in the ECAL endcaps")
    hbhe_hits: InputTag = param("reducedHcalRecHits:hbhereco", doc="hits in the HCAL barrel and endcaps")
    tracks: InputTag = param("generalTracks", doc="tracks; only layers made of tracks need them")
    vertices: InputTag = param(
        "offlinePrimaryVertices", doc="impact parameters refer to the first; none means (0, 0, 0)"
    )
    pixel_hits: InputTag = param("siPixelRecHits", doc="hits in BPIX and FPIX; only their layers need them")
    strip_hits: InputTag = param(
        "siStripMatchedRecHits:rphiRecHit", doc="hits in TIB, TOB, TID, TEC; only their layers need them"
    )
    stereo_hits: InputTag = param("siStripMatchedRecHits:stereoRecHit", doc="those in tilted modules")
    pf_candidates: InputTag = param("particleFlow", doc="particles; only layers made of them need them")
    tagged_jets: InputTag = param(
        "ak4PFJetsCHS", doc="jets; only layers of impact parameters of the tracks in them need them"
    )
