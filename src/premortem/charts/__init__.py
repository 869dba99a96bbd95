"""One look for every picture: the theme, marks that charts share, maps, and charts as files.

- `theme`: colours, letters and widths; `themed(chart)` gives a chart the look
- `marks`: fans, bands, words at the ends of lines, values next to bars
- `figures`, `policy_figures`: charts of the brief, each from a table; those that set policies side by side
- `exploration`: plots of any table of futures: pairs, parallel axes, trade-offs, envelopes, regional sensitivity, dimensional stacking
- `worldmap`: the map of the world, and circles for places too small for it
- `share_card`: a picture to be shared: a finding, a few rows with bars, and what it rests on
- `render`: a chart as SVG, PNG or a script, without browser or network; `drawing`, `draw_process`: many of them, in a process beside other work
"""
