"""Everything that knows Fanvue's URLs, headers and JSON; the rest of the bot speaks in calls and typed answers."""
