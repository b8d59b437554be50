"""The one list of criteria and their legs, and what to change where one is not green."""
