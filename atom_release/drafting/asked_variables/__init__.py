"""Variables that only code names: which it asks for without a default, and what is made for each.

Finding is by syntax alone (`python_*`, `node_*`), what a library's calls mean is data
(`lookups.toml`); which value a variable gets is `values` by `values.toml`. The machine's own
environment is never read, and no variable that changes how programs run is ever given.
"""
