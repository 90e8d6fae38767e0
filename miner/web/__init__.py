"""The service's pages."""
