"""A decision as documents: Markdown, SARIF, in-toto statements, differences.

They decide nothing.
"""
