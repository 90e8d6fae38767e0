"""The API: a file is a resource under /api/v1. It has a ``router``; every call names the roles that may make it."""
