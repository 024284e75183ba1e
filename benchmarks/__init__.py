"""Ratios against baselines kept beside them, measured in one run. ``python -m benchmarks``."""
