"""The open line: WebSocket in, commands out; finished frames in, sockets out.

It never decides, and it parses no frame that it sends.
"""
