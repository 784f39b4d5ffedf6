"""The `e2efw` command.

- `main`: entry point, error messages and exit codes
- `run`, `dump_config`, `plugin_help`: one command each
- packages add commands through the entry-point group `e2efw.commands`
"""
