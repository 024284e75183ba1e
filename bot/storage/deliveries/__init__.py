"""From an event to its deliveries, due, leased and settled."""
