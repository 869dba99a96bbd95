"""Ensembles: priors, designs, runs in chunks, and the store. Knows nothing of what the outcomes mean."""
