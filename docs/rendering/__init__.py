"""The pages that are made from the package's tables, one module for each kind."""
