"""A name that monctl does not have."""

from monctl import Montior  # error

__all__ = ["Montior"]
