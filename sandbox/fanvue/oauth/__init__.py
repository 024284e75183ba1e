"""The OAuth 2.0 server: authorize pages, token and revoke addresses."""
