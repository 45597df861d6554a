"""Whether one event or body has the shape that its type prescribes, and where it has not.

The shapes are the JSON Schemas under `specs/`, generated from the SDKs' types, with hand-written overlays where the
wire differs. A compiled validator gives the verdict in well under a microsecond; a slow one explains, only where the
verdict is asked for in words. Both must agree.
"""

from harness.dialects.schema.explanation import Problem
from harness.dialects.schema.sets import SchemaSet, schemas
from harness.dialects.schema.validator import Validator

__all__ = ["Problem", "SchemaSet", "Validator", "schemas"]
