"""The front door over HTTP: accounts, sessions, devices, tickets, profiles, conversations, history, commands.

Reads views and appends commands; it never decides. Its commands' answers come on a Redis stream of its own.
"""
