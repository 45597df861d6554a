"""What can be put through scenarios: one file a target, which says how to install, start, reach and stop it."""
