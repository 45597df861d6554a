"""The result of a conformance run, as data: what every report is made of, and what is published as JSON."""
