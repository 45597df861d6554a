"""How an upstream of each dialect says a scenario's answer: its stream, event by event, and its whole answer."""
