"""Checking: the runner, its report, profiles and baselines."""
