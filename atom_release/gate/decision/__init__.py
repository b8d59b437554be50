"""From outcomes of criteria to GREEN, RED or BLOCKED, with what people signed about it."""
