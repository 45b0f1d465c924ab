"""What deploy/demo does: the pipeline on loopback, this machine's metrics through it, and an account of every sample."""
