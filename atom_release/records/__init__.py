"""Keeps: artifacts, names, signatures, history.

What is kept is signed; nothing here acts or asks.
"""
