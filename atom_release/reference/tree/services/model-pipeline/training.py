"""Trains the failure model: logistic regression by gradient descent on labelled load figures."""

import csv
import math
from pathlib import Path

FEATURES = ("cpu", "memory", "error_rate", "latency")
DATA = Path(__file__).parents[2] / "data" / "training.csv"


def read(path=DATA):
    """Give the rows of features and the labels of a data file."""
    with Path(path).open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [[float(row[name]) for name in FEATURES] for row in rows], [int(row["label"]) for row in rows]


def _probability(weights, bias, row):
    total = bias + sum(weight * value for weight, value in zip(weights, row, strict=True))
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))


def train(rows, labels, steps=60, rate=4.0):
    """Give weights and bias that fit the labels; the same data always gives the same model."""
    weights, bias = [0.0] * len(FEATURES), 0.0
    for _ in range(steps):
        errors = [_probability(weights, bias, row) - label for row, label in zip(rows, labels, strict=True)]
        bias -= rate * sum(errors) / len(rows)
        for index in range(len(weights)):
            weights[index] -= rate * sum(error * row[index] for error, row in zip(errors, rows, strict=True)) / len(rows)
    return [round(weight, 6) for weight in weights], round(bias, 6)


def accuracy(weights, bias, rows, labels):
    """Give the share of rows that the model labels right at one half."""
    right = sum((_probability(weights, bias, row) >= 0.5) == bool(label) for row, label in zip(rows, labels, strict=True))
    return right / len(rows)
