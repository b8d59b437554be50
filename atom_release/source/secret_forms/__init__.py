"""What in a text of the tree is a secret: by its own form, its tool's, or the words around it.

Only the reading of one text stands here; which files are read, and what decides, is asked by
`probes.secrets` and `probes.default_secrets`.
"""
