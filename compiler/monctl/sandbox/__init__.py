"""Stand-ins of the providers: in the same process, or on loopback."""
