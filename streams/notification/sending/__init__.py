"""The road to the providers: each asked push is marked, sent, tried again or given up, and its outcome told."""
