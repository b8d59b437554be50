"""From the evidence of one leg to its outcome: one rule for each question."""
