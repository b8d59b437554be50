"""Draws: the release as a page and as pictures. Decides nothing."""
