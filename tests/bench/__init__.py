"""Benchmarks: ratios measured side by side in one run, never a test that fails on a slow day.

A file here is a benchmark: its ``measure()`` returns figures. ``python -m tests.bench [NAME…]`` runs them and writes
bench/results.json with the machine and the versions.
"""
