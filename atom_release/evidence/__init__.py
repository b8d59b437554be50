"""Looks: one module for each system or question asked. Decides nothing, changes nothing."""
