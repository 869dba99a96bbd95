"""A problem of one's own: a model, what it cannot know, what one may choose, what counts; run, questioned and told like a case.

Nothing is loaded here, so that a process that only runs a model starts at once; what users name is in `premortem` itself.

- `problem`, `definition`: `Problem`; what it is declared by, checked
- `uncertainties`, `given_priors`, `levers`, `rules`, `outcomes`, `margins`: what is declared
- `model_values`: what a model takes and gives, by name
- `run`, `stored`: `Run`, policies in many futures and every question to them; runs in folders
- `trial`, `evaluate`, `calls`, `workers`, `jax_calls`: how a model is called, tried, run and kept from doing harm
- `identity`, `samplers`, `draws`: what a model is known by; designs, and values of their chances
- `breaking`, `indices`, `comparing`, `pictures`, `words`: answers
- `brief`, `page`, `loading`: a page of a run, the app's, and problems in files
- `adapters`: problems of other tools
"""
