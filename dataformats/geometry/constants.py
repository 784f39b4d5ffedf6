"""Numbers of the CMS detector: meaning, unit, source."""

import math
from typing import Final

MAGNETIC_FIELD: Final = 3.8
"""Field of the solenoid in T, along +z [CMS TDR, JINST 3 (2008) S08004]."""

ECAL_RADIUS: Final = 129.4
"""Radius of the cylinder on which tracks meet the ECAL barrel, cm [CMSSW TrackPropagation, barrel surface]."""

ECAL_PLANE: Final = 319.2
"""|z| of the plane on which tracks meet the ECAL endcaps, cm [same]."""

HCAL_RADIUS: Final = 180.7
"""Radius of the cylinder on which tracks meet the HCAL barrel, cm [same]."""

HCAL_PLANE: Final = 402.7
"""|z| of the plane on which tracks meet the HCAL endcaps, cm [same]."""

ECAL_BARREL_ETA: Final = 1.479
"""|eta| above which a direction belongs to the ECAL endcaps [CMSSW CaloConstants]."""

HCAL_BARREL_ETA: Final = 1.392
"""|eta| above which a direction belongs to the HCAL endcaps [CMSSW CaloConstants]."""

ENDCAP_ETA: Final = 3.0
"""|eta| where endcap crystals and towers end."""

EB_IETA: Final = 85
"""Crystals of a half barrel along eta; |ieta| is 1..85."""

EB_IPHI: Final = 360
"""Crystals around the barrel; iphi is 1..360."""

SUPERMODULE_IPHI: Final = 20
"""Crystals of one barrel supermodule along phi; supermodule 1 is centred on phi = 0."""

EE_SIZE: Final = 100
"""Largest ix and iy of an endcap crystal."""

SUPERCRYSTAL: Final = 5
"""Crystals along either side of an endcap supercrystal."""

EE_PITCH: Final = 2.912
"""Distance of neighbouring front faces within a supercrystal, cm."""

EE_REACH: Final = 5
"""How many crystals beside an endcap direction the closest one is looked for [CMSSW EcalEndcapGeometry::gId]."""

HCAL_IPHI: Final = 72
"""HCAL towers of 5 degrees around the barrel; iphi is 1..72, iphi 1 covers 0 to 5 degrees."""

HB_IETA: Final = 16
"""Largest |ieta| of an HB tower; HE starts there too, at depth 3 (since 2017: 4)."""

FINE_PHI_IETA: Final = 20
"""Largest |ieta| with 5-degree towers; beyond, towers are 10 degrees wide and iphi is odd."""

HE_IETA: Final = 29
"""Largest |ieta| of an HE tower."""

FLOAT_PI: Final = 3.1415927410125732
"""float32 pi, which is larger than pi: what an angle of 180 degrees is in a float leaf."""

TWO_PI: Final = 2 * math.pi
"""A full turn, rad."""
