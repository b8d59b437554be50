"""Acts: what changes the world, each done once.

Each refuses unless the decision, derived again, is GREEN.
"""
