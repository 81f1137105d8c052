"""The terminal client, `backchannel chat --as alice`: sign up or in, list, read, write, see ticks.

`chat.py` is the conversation with the person, `lines.py` what they may type, `orders.py` what comes of it, `screen.py`
the terminal or the pipe, `render.py` what things look like.
"""
