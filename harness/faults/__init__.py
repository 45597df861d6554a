"""One file is one way in which an answer goes wrong.

`harness.faults.registry` reads a fault from text and lists them all; `harness.faults.fault` says what a fault
is, `harness.faults.mutation` how the JSON of events is changed. To add one, add a module with one subclass to
the folder that fits: the registry, the command line and the manual find it.
"""
