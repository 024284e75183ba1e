"""The only place where a clear token exists."""
