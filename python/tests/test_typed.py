"""The file that the type checker reads is a program that runs."""

from typed import test_it_runs

__all__ = ["test_it_runs"]
