"""What a transfer costs."""


def fee(amount):
    """Return one hundredth of the amount, and one at least."""
    if amount <= 0:
        raise ValueError("an amount is positive")
    return max(1, amount // 100)
