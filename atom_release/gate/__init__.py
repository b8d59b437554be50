"""Judges: pure rules from evidence to a decision. No I/O, no clock."""
