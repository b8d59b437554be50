"""JavaScript and TypeScript of a copy, written anew function by function, as `lab.rewriting` does.

`ablate` takes bodies out, `spare` writes the same and takes none, `distort` gives wrong results,
`idle` lets code do nothing, and `trace` tells which functions run and which files are loaded. A
file is parsed by tree-sitter and changed where its functions begin and end; the rest of its text
stays.
"""

from atom_release.lab.javascript.ablation import ablate, spare
from atom_release.lab.javascript.distortion import distort
from atom_release.lab.javascript.idling import idle
from atom_release.lab.javascript.rewriting import is_of_suite
from atom_release.lab.javascript.tracing import Trace, read_trace, trace

__all__ = ["Trace", "ablate", "distort", "idle", "is_of_suite", "read_trace", "spare", "trace"]
