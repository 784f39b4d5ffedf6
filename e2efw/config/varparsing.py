"""CMSSW's VarParsing, for cfgs that use it; new cfgs are better off with ``cms.arguments``."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from e2efw.config.origin import here
from e2efw.config.vartypes import Variable, multiplicity, unpacked, varType
from e2efw.errors import nearest

__all__ = ["VarParsing"]

_COUNTS = (
    ("maxEvents", -1, "singleton", "int", "Number of events to process (-1 for all)"),
    ("totalSections", 0, "singleton", "int", "Number of sections the input files are cut into"),
    ("section", 0, "singleton", "int", "Section of the input files to process, from 1"),
)
_ANALYSIS = (
    *_COUNTS,
    ("filePrepend", "", "singleton", "string", "Put in front of all input files"),
    ("inputFiles", "", "list", "string", "Files to process"),
    ("secondaryInputFiles", "", "list", "string", "Second files to process"),
    ("outputFile", "output.root", "singleton", "tagString", "Name of the output file"),
    ("secondaryOutputFile", "", "singleton", "tagString", "Name of the second output file"),
)
_GROUPS = {
    "analysis": _ANALYSIS,
    "python": (
        *_ANALYSIS,
        ("storePrepend", "", "singleton", "string", "Put in front of input files beginning with /store/"),
    ),
    "standard": (
        *_COUNTS,
        ("files", "", "list", "string", "Files to process"),
        ("secondaryFiles", "", "list", "string", "Second files to process"),
        ("output", "output.root", "singleton", "tagString", "Name of the output file"),
        ("secondaryOutput", "", "singleton", "tagString", "Name of the second output file"),
    ),
}
_INPUTS = ("inputFiles", "files")
_FLAGS = {"noCommaSplit": "comma_split", "noDefaultClear": "default_clear"}


class _Tag(NamedTuple):
    tag: str
    condition: str
    argument: str


class VarParsing:
    """Variables of a cfg that its command line sets: ``name=value``.

    Args:
        groups: ``analysis``, ``python`` or ``standard``: variables that come registered.

    Raises:
        RuntimeError: another group.
    """

    multiplicity = multiplicity
    varType = varType

    _variables: dict[str, Variable]
    _tags: list[_Tag]

    def __init__(self, *groups: str) -> None:
        self._variables = {}
        self._tags = []
        for group in groups:
            if group not in _GROUPS:
                raise RuntimeError(f"VarParsing: no group {group!r} ({here()}). {nearest(group, _GROUPS)}")
            for variable in _GROUPS[group]:
                self.register(*variable)
            self.setupTags(tag="numEvent%d", ifCond="maxEvents > 0", tagArg="maxEvents")

    def register(
        self,
        name: str,
        default: Any = "",
        mult: str = multiplicity.singleton,
        mytype: str = varType.int,
        info: str = "",
        **flags: bool,
    ) -> None:
        """Add a variable.

        Args:
            name: without underscore.
            default: a value, or several for a list.
            mult: ``VarParsing.multiplicity.singleton`` or ``.list``.
            mytype: one of ``VarParsing.varType``.
            info: help text.
            flags: ``noCommaSplit`` and ``noDefaultClear``, for lists.

        Raises:
            RuntimeError: an underscore in the name, a name registered before, a list of tagStrings, another flag.
        """
        if "_" in name or name in self._variables:
            fault = "is registered already" if name in self._variables else "must not contain '_'"
            raise RuntimeError(f"VarParsing: name {name!r} {fault} ({here()}).")
        unknown = sorted(set(flags) - set(_FLAGS))
        if unknown:
            raise RuntimeError(
                f"VarParsing: register {name!r}: no argument {unknown[0]!r} ({here()}). {nearest(unknown[0], _FLAGS)}"
            )
        options = {_FLAGS[flag]: not value for flag, value in flags.items()}
        self._variables[name] = Variable(name, mult == multiplicity.list, mytype, info, **options)
        self.setDefault(name, default)

    def setDefault(self, name: str, *values: Any) -> None:
        """Replace the default of a variable."""
        variable = self._variable(name)
        flat = [item for value in values for item in unpacked(value)] if variable.is_list else list(values[:1])
        empty = {varType.string: "", varType.tagString: ""}
        if not variable.is_list and flat == [""] and variable.kind not in empty:
            variable.value = None  # registered without default
        else:
            variable.reset(flat)

    def clearList(self, name: str) -> None:
        """Empty a list."""
        self._list(name).value = []

    def setupTags(self, *, tag: str, ifCond: str, tagArg: str = "") -> None:
        """Add a piece to the names of output files.

        Args:
            tag: the piece; ``%d`` and the like stand for the value of ``tagArg``.
            ifCond: Python expression of variables; the piece is added where it is true.
            tagArg: variable whose value goes into the piece.
        """
        self._tags.append(_Tag(tag, ifCond, tagArg))

    def parseArguments(self) -> None:
        """Read ``sys.argv``: everything behind the first ``*.py``.

        Raises:
            RuntimeError: no ``*.py`` in it, an unknown name or command, a singleton twice, a value of another type.
            SystemExit: ``help`` was asked for and printed.
        """
        start = next((i for i, argument in enumerate(sys.argv) if argument.endswith(".py")), None)
        if start is None:
            raise RuntimeError(f"VarParsing: no cfg file, *.py, on the command line {sys.argv} ({here()}).")
        shows = False
        for argument in sys.argv[start + 1 :]:
            name, equals, text = argument.partition("=")
            if equals:
                self._give(name, text)
            else:
                shows |= self._command(argument.removeprefix("--"))
        self._take_section()
        self._prepend_store()
        if shows:
            sys.stdout.write(f"{self}\n")

    def _give(self, name: str, text: str) -> None:
        base, _, command = name.partition("_")
        if command == "load":
            self._load(base, Path(text))
        elif command == "clear":
            self.clearList(base)
        else:
            self._variable(name).give(text)

    def _command(self, command: str) -> bool:
        """Obey a word without ``=``; True if the variables are to be printed."""
        if command == "help":
            sys.stdout.write(f"{self}\n")
            raise SystemExit(0)
        if command.endswith("_clear"):
            self.clearList(command.removesuffix("_clear"))
        elif command not in {"print", "noprint"}:
            known = ["help", "print", "noprint", *(f"{name}=" for name in self._variables)]
            raise RuntimeError(f"VarParsing: no command {command!r} ({here()}). {nearest(command, known)}")
        return command == "print"

    def _load(self, name: str, file: Path) -> None:
        variable = self._list(name)
        if not file.is_file():
            raise RuntimeError(f"VarParsing: {name}_load={file}: no such file ({here()}).")
        for line in file.read_text(encoding="utf-8").splitlines():
            text = line.partition("#")[0].strip()
            if text:
                variable.give(text)

    def _take_section(self) -> None:
        total, section = (self._plain(name) or 0 for name in ("totalSections", "section"))
        if not total or not section:
            return
        if not 1 <= section <= total:
            raise RuntimeError(f"VarParsing: section={section} is not between 1 and totalSections={total} ({here()}).")
        for variable in self._inputs():
            count = len(variable.value)
            variable.value = variable.value[count * (section - 1) // total : count * section // total]

    def _prepend_store(self) -> None:
        prefix, always = self._plain("storePrepend") or "", self._plain("filePrepend") or ""
        for variable in self._inputs():
            variable.value = [always + file for file in variable.value]
            variable.value = [prefix + file if file.startswith("/store/") else file for file in variable.value]

    def _inputs(self) -> Iterable[Variable]:
        return [self._variables[name] for name in _INPUTS if name in self._variables]

    def _plain(self, name: str) -> Any:
        return self._variables[name].value if name in self._variables else None

    def _variable(self, name: str) -> Variable:
        if name not in self._variables:
            raise RuntimeError(
                f"VarParsing: {name!r} is not registered ({here()}). {nearest(name, self._variables, 'Registered')}"
            )
        return self._variables[name]

    def _list(self, name: str) -> Variable:
        variable = self._variable(name)
        if not variable.is_list:
            raise RuntimeError(f"VarParsing: {name!r} is no list; write {name}=value ({here()}).")
        return variable

    def _tagged(self, base: str) -> str:
        if not base:
            return base
        values = {name: variable.value for name, variable in self._variables.items()}
        pieces = [base.removesuffix(".root")]
        pieces += [
            tag.tag % values[tag.argument] if tag.argument else tag.tag
            for tag in self._tags
            if eval(tag.condition, {"__builtins__": {}}, values)  # noqa: S307  the cfg's author wrote it, like the cfg
        ]
        return "_".join(pieces) + ".root"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._variables:
            raise AttributeError(
                f"VarParsing: {name!r} is not registered ({here()}). {nearest(name, self._variables, 'Registered')}"
            )
        variable = self._variables[name]
        return self._tagged(variable.value) if variable.kind == varType.tagString else variable.value

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a single value; values for a list are appended, as in CMSSW."""
        if name.startswith("_"):
            object.__setattr__(self, name, value)
            return
        variable = self._variable(name)
        if variable.is_list:
            variable.value = [*variable.value, *map(variable.converted, unpacked(value))]
        else:
            variable.value = variable.converted(value)

    def __str__(self) -> str:
        width = max((len(name) for name in self._variables), default=0)
        lines = []
        for title, is_list in (("Singletons:", False), ("Lists:", True)):
            group = sorted((v for v in self._variables.values() if v.is_list == is_list), key=lambda v: v.name)
            lines += (
                [title, *(f"  {v.name:<{width}} : {getattr(self, v.name)}\n      - {v.info}" for v in group)]
                if group
                else []
            )
        return "\n".join(lines)
