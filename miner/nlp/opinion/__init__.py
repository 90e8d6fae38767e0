"""How statements are found in a parsed text: its table of numbers, candidate clauses, models, and the choice of spans."""
