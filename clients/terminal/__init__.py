"""The terminal client, `backchannel chat --as alice`: sign up or in, list, read, write, see ticks.

`chat.py` is the conversation with the person, `screen.py` the terminal or the pipe, `render.py` what things
look like.
"""
