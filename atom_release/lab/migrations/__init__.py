"""Migrations: which files they are, in what order, and what comes of applying them."""
