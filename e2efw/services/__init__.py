"""What accompanies a job: progress while it runs, a summary when it ends."""
