"""What a gateway is put through: one file a scenario, in neutral increments, so that each plays in every dialect.

Pure: a scenario says what the client asks and what the upstream answers. Who listens, who sends and who waits is in
`harness.sandwich`.
"""
