"""What to watch: readings of the world, what they say about futures, what the next ones are worth, and the hindcast."""
