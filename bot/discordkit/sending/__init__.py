"""How messages leave: paced, once, and what Discord's refusals mean."""
