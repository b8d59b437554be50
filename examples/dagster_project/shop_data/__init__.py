"""The data of a shop, and the gate of its releases."""
