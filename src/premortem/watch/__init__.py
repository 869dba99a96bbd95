"""What to watch: readings of the world, what they say about futures, what the next ones are worth, and the hindcast.

- `quantities`: what can be observed, in which unit, and which outcome of the model it is
- `readings`, `reading_kinds`: what was read of a quantity, how sure it is, and whether it tests the model
- `reading_files`, `dated_events`: readings and events of files and of the command line, with every fault
- `pulled`: readings made of tables that a user has pulled
- `signposts`: what the case says to watch
- `weights`, `smc`: how well each future agrees with what was read, and futures drawn anew by it
- `forecasts`: what others said, and what rules say, of the same quantities
- `value`: what a new figure would be worth
- `process`: policy events that come at yearly rates
- `hindcast`, `hindcast_results`, `hindcast_words`: what the model said on a day against what came later, and how often it was right
- `calibration`, `reading_scores`, `event_scores`: whether ranges are as wide as they say, and scores of readings and events
- `timeline`: dated events against the assumptions

Inside: `scores`, `_rows`.
"""
