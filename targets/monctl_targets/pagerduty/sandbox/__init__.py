"""The parts of the PagerDuty emulator, one per area of the API."""
