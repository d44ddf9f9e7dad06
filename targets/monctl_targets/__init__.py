"""The targets that come with monctl: one folder each, none aware of another, found by the entry points `monctl.targets`."""
