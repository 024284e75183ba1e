"""The documents' pictures, made from the running sandbox."""
