"""The store's history: each version of the tables, and the step to the next."""
