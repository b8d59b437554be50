"""Running a check of one's own: as the tree is, with a known-bad change, and as it is again.

Copies of a tree, changes to them, runs in the sandbox, and how each run answered. What they prove
is `gate.rules.proof`; nothing here knows a manifest, a remote or a decision.
"""
