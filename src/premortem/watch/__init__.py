"""What to watch: readings of the world, what they say about futures, what the next ones are worth, and the hindcast.

- `quantities`: what can be observed, in which unit, and which outcome of the model it is
- `observations`, `kinds`: readings: when each became known, how sure it is, and whether it tests the model
- `signposts`: what the case says to watch
- `weights`: how well each future agrees with what was read
- `value`: what a new figure would be worth
- `process`: policy events that come at yearly rates
- `hindcast`: what the model said on a day against what came later
- `timeline`: dated events against the assumptions

Inside: `scores`.
"""
