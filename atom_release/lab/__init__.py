"""Rehearses: what the release's own code is run with and in. Asks no question of the catalogue."""
