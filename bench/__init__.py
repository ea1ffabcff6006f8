"""Benchmarks, runnable one by one; ``make bench`` runs them all. Timing lives here, never in a test."""
