"""Pages: a file is a room. It has a ``router``, and a ``ROOM`` when it stands in the row of rooms."""
