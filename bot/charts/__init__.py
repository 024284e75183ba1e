"""Numbers to pictures, drawn in a process of their own so that nothing else has to wait."""
