"""[I/O] Ways of asking: one module per kind of source, all behind `monctl.runner.probes.probe`."""
