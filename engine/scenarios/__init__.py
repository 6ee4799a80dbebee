"""Scenario tests: the cases of a small world on a virtual clock, driven by scripts."""
