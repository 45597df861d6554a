"""One file is one way in which a stream goes wrong.

`harness.faults.registry` reads a fault from text and lists them all; `harness.faults.fault` says what a fault
is. To add one, add a module with one subclass: the registry, the command line and the manual find it.
"""
