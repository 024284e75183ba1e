"""Where alerts go, and not hearing of some."""
