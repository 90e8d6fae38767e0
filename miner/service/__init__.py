"""The service: what runs when, who does it, and how it looks from outside.

- ``schedule``: «каждый день в 03:00» or a cron expression, in a time zone, within allowed hours;
- ``scheduler``: what has fallen due becomes rows of work;
- ``bell``: the queue, which only wakes workers;
- ``progress``, ``metrics``, ``logs``: seen from outside;
- ``lock``: one service a workspace.
"""
