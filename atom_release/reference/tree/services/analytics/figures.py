"""Aggregates over a tenant's predictions, and their CSV form."""

import csv
import io


def summarize(probabilities):
    """Give count, mean probability and share of high risk (0.8 and above)."""
    count = len(probabilities)
    mean = sum(probabilities) / count if count else 0.0
    high = sum(1 for one in probabilities if one >= 0.8) / count if count else 0.0
    return {"predictions": count, "mean_probability": round(mean, 6), "high_risk_share": round(high, 6)}


def to_csv(rows, columns):
    """Give rows as CSV; a cell that a spreadsheet would run as a formula is quoted."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_safe(row[column]) for column in columns])
    return buffer.getvalue()


def _safe(value):
    text = str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text
