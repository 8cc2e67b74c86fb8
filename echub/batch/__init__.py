"""Whole folders: tasks in processes, and the ledger of results."""
