"""Asks: one module or package for each question of the catalogue.

A probe decides nothing and changes nothing.
"""
