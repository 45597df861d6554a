"""The trials, one module a chapter and dialect; each has its `TRIALS`."""
