"""What an amount is in another currency."""

RATES = {"EUR": 100, "USD": 110}


def convert(amount, source, target):
    """Return the amount in the target's currency, rounded down."""
    return amount * RATES[target] // RATES[source]
