"""Mine open Russian-language opinions into evidence-backed pains, desires and values.

One line of data, each stage a folder, records in between::

    collect → store → annotate → topics → map → review → profile → export

``miner.pipeline`` is the one place where the stages meet; ``miner.records`` are the nouns
that travel between them; a command of ``miner.cli`` is one walk along the line.
"""

__version__ = "0.1.0"
