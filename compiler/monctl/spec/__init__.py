"""What the user wrote, as models: typed, frozen, unlinked."""
