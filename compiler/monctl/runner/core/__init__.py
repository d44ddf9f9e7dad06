"""The state machine: pure. `step(watch, state, event, now, world)` gives the next state and what is to be done; nobody here asks, waits or writes.

Specification of the semantics: the runner's page in `docs/`.
"""
