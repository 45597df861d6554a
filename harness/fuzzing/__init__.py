"""Generated conversations through a gateway: what breaks is shrunk to the smallest session that still shows it."""
