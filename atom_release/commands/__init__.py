"""Commands that are more than a call: each module parses, calls the graph and prints; `cli` gathers them."""
