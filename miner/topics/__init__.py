"""Texts become topics: things with a name, a history and people's decisions on them.

What other files of this stage may rely on (stable):

``encoder.encoder(name="navec") -> SentenceTransformer`` gives the model: built in, of a local folder, or of a hub.
``encoder.fit(model, texts) -> SentenceTransformer`` gives a model that also knows the corpus at hand (its word weights,
its common component, its own space beside navec's). The model given stays as it was; a model that is not ours comes
back as it is. ``model.encode(texts, show_progress_bar=False)`` then gives float32 vectors of length 1, zeros for a
text without words.
"""
