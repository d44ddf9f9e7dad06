"""[I/O] What the runner remembers: one contract (`store.py`), SQLite for one process, PostgreSQL for several."""
