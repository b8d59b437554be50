"""Arranges: assets, checks, jobs and sensors.

The only folder that knows dagster; no rule lives here.
"""
