"""What a training tells of every epoch: a line, a row of the table, and checkpoints that are always whole."""

import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from e2efw.errors import MissingDependencyError
from taggers.training.networks.module import torch
from taggers.training.run_folder import RunFolder, write_whole

try:
    from lightning.pytorch.callbacks import Callback
    from lightning.pytorch.plugins.io import TorchCheckpointIO
except ImportError as error:
    raise MissingDependencyError("training needs lightning and torchmetrics: pip install 'e2efw[train]'") from error


class Curves(Callback):  # type: ignore[misc]  # lightning is optional, so its classes have no types here
    """Keeps a row per epoch, in the checkpoint too, and writes them after each.

    Args:
        folder: of the training.
        n_objects: that an epoch trains on.
        tell: gets a line per epoch.
    """

    def __init__(self, folder: RunFolder, n_objects: int, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self.n_objects = n_objects
        self.tell = tell
        self.rows: list[dict[str, float]] = []
        self._began = 0.0
        self._trained = 0.0

    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        """Time begins."""
        del trainer, pl_module
        self._began, self._trained = time.perf_counter(), 0.0

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Time of training ends with the last batch: looking at the validation sample is not counted."""
        del trainer, pl_module, outputs, batch, batch_idx
        self._trained = time.perf_counter() - self._began

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Write the row."""
        row = {"epoch": trainer.current_epoch, "training_loss": float(pl_module.learned())}
        measured = {name: float(value) for name, value in sorted(trainer.callback_metrics.items())}
        row |= {name: value for name, value in measured.items() if name.startswith("validation_")}
        row |= {"rate": float(trainer.optimizers[0].param_groups[0]["lr"])}
        row |= {"objects_per_second": round(self.n_objects / self._trained, 1)}
        self.rows.append(row)
        if trainer.is_global_zero:
            self.folder.write_curves(self.rows)
            shown = ", ".join(f"{name.replace('_', ' ')} {value:.5g}" for name, value in list(row.items())[1:])
            self.tell(f"epoch {row['epoch'] + 1}/{trainer.max_epochs}: {shown}")

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {"rows": self.rows}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """From the checkpoint."""
        self.rows = list(state_dict["rows"])


class WholeCheckpoints(TorchCheckpointIO):  # type: ignore[misc]  # as above
    """Checkpoints that replace the one before only when they are complete."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None) -> None:
        """Write a checkpoint.

        Raises:
            FileWriteError: it cannot be written; the one before stays as it was.
        """
        del storage_options  # of remote file systems
        content = io.BytesIO()
        torch.save(checkpoint, content)
        write_whole(Path(path), content.getvalue())
