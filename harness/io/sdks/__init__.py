"""What the real client SDKs make of recorded bytes: their own words beside the rules'."""
