"""What every cog needs, and everything that speaks to Discord outside a cog."""
