"""Scores of two classes and of regressions, with bootstrap intervals.

Every score takes a weight for each sample, which is how often a bootstrap sample holds it.
"""
import numpy as np

SCORES = ("accuracy", "balancedAccuracy", "f1", "prAUC")
PERCENTILES = (2.5, 97.5)


class TwoClasses:
    """Scores of one model on one set: labels 0 and 1, a score for class 1, and the class that the model names."""

    def __init__(self, labels, predicted, scores):
        self.labels = np.asarray(labels).astype(bool)
        self.predicted = np.asarray(predicted).astype(bool)
        self.order = np.argsort(-scores, kind="stable")
        ordered = scores[self.order]
        self.ends = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)  # of equal scores

    def values(self, weights=None):
        """accuracy, balancedAccuracy, f1 and prAUC of class 1; NaN where a class is absent."""
        weights = np.ones(len(self.labels)) if weights is None else weights
        hit = weights[self.labels & self.predicted].sum()
        positives, named = weights[self.labels].sum(), weights[self.predicted].sum()
        total = weights.sum()
        negatives = total - positives
        true_negatives = negatives - (named - hit)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.array([
                (hit + true_negatives) / total,
                (hit / positives + true_negatives / negatives) / 2,
                2 * hit / (positives + named),
                self.average_precision(weights)])

    def average_precision(self, weights):
        """Σ (R[n] − R[n−1]) P[n] over the distinct scores, as in scikit-learn."""
        ordered = weights[self.order]
        hits = np.cumsum(ordered * self.labels[self.order])[self.ends]
        seen = np.cumsum(ordered)[self.ends]
        precision = np.divide(hits, seen, out=np.zeros_like(hits), where=seen > 0)
        return np.diff(hits, prepend=0) @ precision / hits[-1] if hits[-1] else np.nan

    def report(self, groups, samples, seed):
        """The scores with intervals over samples and over groups (the files of the set)."""
        random = np.random.default_rng(seed)
        names, group = np.unique(groups, return_inverse=True)
        over_samples, over_groups = [], []
        for _ in range(samples):
            drawn = random.integers(len(self.labels), size=len(self.labels))
            over_samples.append(self.values(np.bincount(drawn, minlength=len(self.labels)).astype(float)))
            drawn = random.integers(len(names), size=len(names))
            over_groups.append(self.values(np.bincount(drawn, minlength=len(names)).astype(float)[group]))
        return {
            name: dict(value=float(value), overWindows=interval(over_samples, i),
                       overFiles=interval(over_groups, i))
            for i, (name, value) in enumerate(zip(SCORES, self.values()))}


def interval(draws, index):
    """2.5th and 97.5th percentile; draws without a value do not count."""
    column = np.array(draws)[:, index]
    column = column[np.isfinite(column)]
    return [float(x) for x in np.percentile(column, PERCENTILES)] if len(column) else None


def regression(truth, predicted, weights=None):
    """RMSE, MAE and R² (against the mean of the same samples)."""
    weights = np.ones(len(truth)) if weights is None else weights
    error, total = predicted - truth, weights.sum()
    squared = weights @ error**2
    spread = weights @ (truth - weights @ truth / total) ** 2
    return np.array([
        np.sqrt(squared / total), weights @ np.abs(error) / total,
        1 - squared / spread if spread > 0 else np.nan])


def block_weights(count, block, random):
    """How often each of `count` samples in order is drawn, in blocks of `block` that begin anywhere and wrap around."""
    starts = random.integers(count, size=-(-count // block))
    drawn = (starts[:, None] + np.arange(block)).ravel()[:count] % count
    return np.bincount(drawn, minlength=count).astype(float)
