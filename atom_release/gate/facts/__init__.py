"""What was observed.

The evidence that probes write and rules read, with a model for each question.
"""
