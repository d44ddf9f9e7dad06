"""Findings and plans as text for people and machines. Pure: values in, strings out."""
