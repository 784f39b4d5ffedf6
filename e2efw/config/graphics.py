"""The NVIDIA GPUs of this host, as the accelerator that every process knows beside the CPU."""

import ctypes
import os

from e2efw.config.accelerators import ProcessAccelerator

GPU_NVIDIA = "gpu-nvidia"
_LIBRARY = "libnvidia-ml.so.1"


class NvidiaAccelerator(ProcessAccelerator):
    """Offers ``gpu-nvidia``, CMSSW's label, where the driver finds a GPU that the environment does not hide."""

    def labels(self) -> list[str]:
        """The one label."""
        return [GPU_NVIDIA]

    def enabledLabels(self) -> list[str]:
        """The label if this host has such a GPU."""
        return [GPU_NVIDIA] if not hidden() and n_gpus() else []


def hidden() -> bool:
    """Whether ``CUDA_VISIBLE_DEVICES`` hides all GPUs: CUDA uses those named before the first impossible one."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    return visible is not None and visible.split(",")[0].strip() in {"", "-1"}


def n_gpus() -> int:
    """Number of GPUs that the driver finds, 0 without driver.

    NVML is asked, not CUDA: that takes no memory of a GPU, and processes may still fork.
    """
    try:
        library = ctypes.CDLL(_LIBRARY)
    except OSError:
        return 0  # no driver
    if library.nvmlInit_v2() != 0:
        return 0  # a driver that does not run
    try:
        number = ctypes.c_uint()
        return number.value if library.nvmlDeviceGetCount_v2(ctypes.byref(number)) == 0 else 0
    finally:
        library.nvmlShutdown()
