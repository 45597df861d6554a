"""What the pytest plugin is made of. Loaded by tests that use it, and by no others."""
