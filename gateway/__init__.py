"""The open line: WebSocket in, commands out; finished frames in, sockets out. It never decides, and parses no frame it sends."""
