"""The verb `conform`: put targets through scenarios, and say what came of it."""
