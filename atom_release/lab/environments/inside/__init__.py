"""Holds the script that looks at a built project in the sandbox; the gate imports nothing here."""
