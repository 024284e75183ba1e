"""What came in, from whom, and summaries of it."""
