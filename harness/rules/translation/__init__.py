"""Rules that hold what a gateway sent against what its upstream had said: `XLAT-*`."""
