"""One class is one way in which an answer goes wrong; a module has those of one subject.

`harness.faults.registry` reads a fault from text and lists them all; `harness.faults.fault` says what a fault
is, `harness.faults.mutation` how the JSON of events is changed. To add one, add a subclass to the module that
fits, and its name to `harness.faults.index`: the registry, the command line and the manual find it there.
"""
