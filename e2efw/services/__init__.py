"""What accompanies a job.

- `progress`, `summary`: what a terminal shows while it runs and when it has ended
- `job_report`: FrameworkJobReport.xml and its twin in JSON
- services of the cfg, ``process.add_(cms.Service(...))``: `message_logger` (with `destinations`), `timing`,
  `memory_check`, `tracer`, `watchdog`, `file_service`,
  `dependency_graph` (drawn by `graph`, `graph_layout`, `graph_picture`)

A service of your own is a `framework.modules.Service` whose `open` returns a `framework.observer.Observer`.
"""
