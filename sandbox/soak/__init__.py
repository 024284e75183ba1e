"""Long and rough runs of the real bot: each promise is kept or broken, in one line. ``python -m sandbox.soak``."""
