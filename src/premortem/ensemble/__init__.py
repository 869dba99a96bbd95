"""Ensembles: priors, designs, runs in chunks, and the store. Knows nothing of what the outcomes mean.

What is tried:

- `priors`: `read(FILE)` gives the uncertainties: ranges, distributions, and values at chances
- `correlation`, `evidence`: priors that move together; each prior beside what its quantity says
- `experts`: what several experts believe of an uncertainty, apart and pooled
- `design`: which futures are tried; any future follows from seed and index alone

How it is run:

- `run`: `run(model, priors, ...)` makes a run folder; `draw` gives the values of some futures
- `part`: one part of a run, 16,384 futures, drawn, simulated, reduced and written; `gpu_parts`: parts made on a graphics card
- `compiled`: programs compiled once a process, and kept between processes (`stored_programs`); `memory`: a ceiling on memory; `cores`: works side by side
- `bands`: quantiles of series over any number of futures

What a run folder is:

- `store`, `read`: written whole with checksums, and read part by part
- `manifest`, `layout`: what a run is made of, sealed (`Manifest`); names of its files
- `replace_run`: a finished run is replaced whole

Inside: `cluster`, `distributions`, `lock`, `log`, `named_values`, `run_folder`, `prior_support`.
"""
