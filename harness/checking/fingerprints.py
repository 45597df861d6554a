"""A name for a finding that stays the same when the traffic is recorded anew."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.findings import Finding

LENGTH = 12
"""Hexadecimal digits of a fingerprint: with 10,000 different ones, two are equal once in five million times."""


def fingerprint(finding: Finding) -> str:
    """Twelve hexadecimal digits, made of the rule and what the finding is about.

    Event numbers, byte offsets, ids and texts are not in it, nor is the severity, which a profile may change.
    """
    return fingerprint_of(finding.rule, finding.subject)


def fingerprint_of(rule: str, subject: str) -> str:
    """The same, from its parts."""
    return sha256(f"{rule}\0{subject}".encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]
