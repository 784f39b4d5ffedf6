"""Every error a user can meet, with its CMSSW category and exit code.

A message reads: *who: what is wrong; what is nearest or allowed; where it was set (file:line)*. This module imports
nothing of the project, so every room may raise these errors.

Source of the codes: the CMSSW exit-code table (``FWCore/Utilities/EDMException``).
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar


class E2EFWError(Exception):
    """Base of all errors raised on purpose; ``category`` and ``exit_code`` are CMSSW's."""

    category: ClassVar[str] = "OtherCMS"
    exit_code: ClassVar[int] = 8001


class CommandLineError(E2EFWError, ValueError):
    """The command line cannot be understood."""

    category = "CommandLineProcessing"
    exit_code = 7000


class ConfigFileNotFoundError(E2EFWError, FileNotFoundError):
    """The configuration file does not exist."""

    category = "ConfigFileNotFound"
    exit_code = 7001


class ConfigFileReadError(E2EFWError, RuntimeError):
    """Executing the configuration file raised an error or left no ``process``."""

    category = "ConfigFileReadError"
    exit_code = 7002


class ProductNotFoundError(E2EFWError, LookupError):
    """A module asks for a product that nothing makes or holds."""

    category = "ProductNotFound"
    exit_code = 8006


class ConfigurationError(E2EFWError, ValueError):
    """The configuration is understood but wrong: unknown plugin or parameter, wrong type, illegal value."""

    category = "Configuration"
    exit_code = 8009


class LogicError(E2EFWError, RuntimeError):
    """A plugin breaks the contract of modules, or a product was built from inconsistent columns."""

    category = "LogicError"
    exit_code = 8010


class UnimplementedFeatureError(E2EFWError, NotImplementedError):
    """Legal in CMSSW but not offered here."""

    category = "UnimplementedFeature"
    exit_code = 8011


class EventCorruptionError(E2EFWError, ValueError):
    """The data of an event cannot be true: NaN energies, impossible detector ids."""

    category = "EventCorruption"
    exit_code = 8016


class ScheduleError(E2EFWError, RuntimeError):
    """The modules of the job cannot be put in an order: a cycle, or a consumer before its producer."""

    category = "ScheduleExecutionFailure"
    exit_code = 8017


class FileInPathError(E2EFWError, FileNotFoundError):
    """A file named in the configuration is nowhere on the search path."""

    category = "FileInPathError"
    exit_code = 8019


class FileOpenError(E2EFWError, OSError):
    """An input file is missing or cannot be opened."""

    category = "FileOpenError"
    exit_code = 8020


class FileReadError(E2EFWError, OSError):
    """An input file is truncated, corrupt or not an event file."""

    category = "FileReadError"
    exit_code = 8021


class MismatchedInputFilesError(E2EFWError, ValueError):
    """Input files that do not belong together: other products than the first, or no twin in the second set."""

    category = "MismatchedInputFiles"
    exit_code = 8023


class NoSecondaryFilesError(E2EFWError, ValueError):
    """A job that needs a second set of input files has none."""

    category = "NoSecondaryFiles"
    exit_code = 8029


class EventGenerationError(E2EFWError, RuntimeError):
    """A generator makes no event with these settings, or fails on one however often it tries."""

    category = "EventGenerationFailure"
    exit_code = 8501


class MissingDependencyError(E2EFWError, ImportError):
    """An optional library is not installed; the message says which line to type."""

    category = "UnavailableAccelerator"
    exit_code = 8035


class FileWriteError(E2EFWError, OSError):
    """An output file cannot be written."""

    category = "FileWriteError"
    exit_code = 8033


def nearest(wrong: str, known: Iterable[str], label: str = "Known") -> str:
    """The tail of a message that teaches, such as "Did you mean 'x'? Known: x, y", with its full stop.

    Args:
        wrong: the name that was not found.
        known: the legal names, any order.
        label: what introduces the list of legal names.
    """
    names = sorted(known)
    if not names:
        return f"{label}: none."
    folded = {name.lower(): name for name in names}
    close = get_close_matches(wrong.lower(), folded, n=1, cutoff=0.6)
    hint = f"Did you mean '{folded[close[0]]}'? " if close else ""
    return f"{hint}{label}: {', '.join(names)}."
