"""Pictures as data, and how they are painted."""
