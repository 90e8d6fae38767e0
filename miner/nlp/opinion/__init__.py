"""How statements are found in a parsed text: a table of numbers, candidate clauses, models, the choice of spans."""
