"""Holds a pytest plugin that is loaded into the subject's process; nothing here is imported by the gate."""
