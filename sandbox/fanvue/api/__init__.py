"""The REST API: one module for each chapter, one table of operations in each."""
