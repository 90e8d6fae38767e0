"""A fast runtime over natasha's slovnet models: the same answers, several times sooner.

- files.py: the models and the navec words, read from the natasha package
- words.py: word and shape of a token, once for the three models, with the first convolution remembered
- encoder.py: the convolutions, on a flat sequence with blank rows between sentences
- morphology.py, syntax.py, entities.py: what stands on top of them
- runtime.py: the three together, from words to arrays
- component.py: the spaCy component `miner_slovnet`
"""
