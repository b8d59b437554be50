"""Speaks: the command line. Parses, calls, prints; no rule lives here."""
