"""The rules: one package a family, one module a chapter, one class a rule."""
