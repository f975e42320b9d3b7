"""Benchmarks: each module prints its own table; ``python -m benchmarks [NAME …]`` runs them."""
