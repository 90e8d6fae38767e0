"""Steps from one version of the database to the next: a file of versions/ each, in the order of their numbers.

A new step: change tables.py, add ``versions/vNNNN_what_it_does.py``; a test compares what the steps lay out
with what tables.py describes, and leads data up and down.
"""
