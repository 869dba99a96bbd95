"""The story of a run: what was asked, what was found, why to believe it, and what to watch. Pure: data in, frozen parts out.

- `parts`: what a story is made of, before it is a page or a picture
- `story_basis`: what the parts rest on: a board, values and margins, of a stored run or of a live model
- `bets`: the first answer, and a strip an assumption
- `surprise`: the strongest finding that the run holds, by rule
- `trade_off`: what policies buy, and with what they pay
- `track_record`: where the model disagrees with its source, the record with its misses, what to watch next
- `next_steps`: where each kind of reader goes on
- `tell`: the parts in order, and why one is left out
- `page`: a story as HTML, for the app and for a static site
- `cards`: the picture of a section, as it is shared
"""
