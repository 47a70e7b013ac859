"""Reporters: one that is right, and others that are wrong in one place each."""
