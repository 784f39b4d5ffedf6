"""Every plugin as a function that makes modules of it: ``from e2efw.modules import JetFrameProducer``.

``process.jetFrames = JetFrameProducer(minJetPt=300)`` has all parameters that the plugin declares, with their types.
"""

from e2efw.config.factories import factory as __getattr__
from e2efw.config.factories import names as __dir__

__all__ = ["__dir__", "__getattr__"]
