"""What runs beside a suite, in its sandbox, and tells what its runner says.

Nothing here is imported by the gate.
"""
