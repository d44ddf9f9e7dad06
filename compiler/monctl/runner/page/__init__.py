"""[I/O] The page of a runner: what fires, who was told, acknowledge and silence; health, metrics and heartbeats beside it."""
