"""The bench: measures a running stack from outside, through sockets, and says what each process paid for it."""
