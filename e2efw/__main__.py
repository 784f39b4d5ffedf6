"""``python -m e2efw`` is the same as ``e2efw``."""

from e2efw.cli.main import main

main()
