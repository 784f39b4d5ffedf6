"""Nothing that a job here needs."""
