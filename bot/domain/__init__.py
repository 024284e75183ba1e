"""Words and rules of the product; pure, the standard library alone."""
