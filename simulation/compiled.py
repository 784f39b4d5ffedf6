"""Kernels and tables that are ready before the first event: what modules with kernels do at the begin of a job."""

from typing import Any

import numpy as np

from dataformats.jit import announced
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import JobContext
from e2efw.framework.schema import schema_of


def load_kernels(module: Any, job: JobContext) -> None:
    """A `begin_job` of producers: work on one event with nothing in it, optional products left out."""
    del job
    schema = schema_of(type(module))
    products = {name: None if read.optional else read.product_class.empty(1) for name, read in schema.consumes.items()}
    arguments = schema.arguments(products)
    if schema.ids_argument:
        one = np.ones(1, np.uint32)
        arguments[schema.ids_argument] = EventIDs(one, one, one.astype(np.uint64), "none")
    with announced("e2efw.simulation", f"kernels of {type(module).__name__}"):
        module.produce(**arguments)
