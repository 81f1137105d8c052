"""People with devices who do over the public protocol all that people do, and remember how each thing ended."""
