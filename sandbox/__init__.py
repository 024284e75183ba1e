"""Everything needed to try the bot with no accounts and no network."""
