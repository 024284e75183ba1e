"""From a Fanvue event to a delivered card: intake, routing, worker."""
