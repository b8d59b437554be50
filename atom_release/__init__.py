"""A release gate as a Dagster asset graph.

Decides from evidence whether a release may be tagged, and tags it only on green.
"""

__version__ = "0.1.0"
