"""The catalogue of known mistakes and correct variants: one module a topic, with MISTAKES and VARIANTS."""
