"""What a service report asserts, and what becomes of each assertion.

Reading reports is `atom_release.reader`.
"""
