"""[I/O] Ways of telling: one module per kind of channel, all behind `monctl.runner.notifiers.notifier`."""
