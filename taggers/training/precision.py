"""Which precision a training computes in: fewer bits are quicker only where the processor has instructions for them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from taggers.training.networks.module import torch
from taggers.training.recipe import Recipe


def settled(recipe: Recipe) -> Recipe:
    """The recipe with `auto` replaced by what is quick here, so that a training resumes in what it began in."""
    if recipe.precision != "auto":
        return recipe
    return replace(recipe, precision="bf16-mixed" if computes_bfloat16(recipe.accelerator) else "32-true")


def emulated(recipe: Recipe) -> str:
    """A warning, if the processor only emulates the precision that the recipe names; else nothing."""
    if recipe.precision != "bf16-mixed" or computes_bfloat16(recipe.accelerator):
        return ""
    return "this processor only emulates bfloat16, which is much slower than precision=32-true"


def computes_bfloat16(accelerator: str) -> bool:
    """True if Lightning would train on something that multiplies numbers of bfloat16 in hardware.

    Args:
        accelerator: of the recipe: auto, cpu, gpu.
    """
    if accelerator != "cpu" and torch.cuda.is_available():
        return bool(torch.cuda.get_device_capability() >= (8, 0))
    capabilities: Mapping[str, Any] = getattr(
        torch.cpu, "get_capabilities", dict
    )()  # an older torch knows nothing of its processor
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))
