"""[I/O] Stand-ins of what the runner tells: small servers on loopback that keep what they are sent. For the demo, and for tests."""
