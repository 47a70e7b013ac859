"""Event models: correct ones, and wrong ones."""
