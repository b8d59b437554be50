"""Runs: the use cases of a release gate, without Dagster and without a command line."""
