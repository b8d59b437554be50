"""Shows the judged tree: what commit S holds, as git stores it.

Runs nothing of it and judges nothing.
"""
