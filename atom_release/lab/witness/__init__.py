"""Holds a pytest plugin that is loaded into the subject's process.

Nothing here is imported by the gate.
"""
