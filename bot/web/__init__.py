"""The embedded web server: connect pages and OAuth callback, webhooks, health, metrics."""
