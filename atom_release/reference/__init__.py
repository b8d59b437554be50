"""The bundled reference release.

A small monorepo of five real services, and its one-defect variants.

It is a subject of the gate, never a part of it: nothing outside this folder knows a name in it.
"""
