"""Webhooks: payloads of both families, signatures, deliveries with retries."""
