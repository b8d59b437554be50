"""What runs between the gate and the subject's code.

Namespaces, mounts, limits, another uid, then exec.

Started as a script of its own by `python -I -S`, so it imports nothing but the standard library and
its siblings.
"""
