"""The `e2efw` command.

- `main`: entry point, error messages and exit codes (`failures`)
- `job_commands`, `file_commands`, `plugin_commands`: how commands are called; they import nothing heavy
- `run`, `check`, `dump_config`: jobs
- `content`, `prov` (with `lineage`, `prov_text`), `file_util`, `event_size`: looking into files
- `plugin_help`, `new_plugin`: plugins
- `complete`: what the shell offers
- packages add commands through the entry-point group `e2efw.commands`
"""
