"""Git, as both those who look and those who act call it."""

from atom_release.git.call import Git, end
from atom_release.git.trouble import GitError, Ran, Trouble, failure, masked, shown

__all__ = ["Git", "GitError", "Ran", "Trouble", "end", "failure", "masked", "shown"]
