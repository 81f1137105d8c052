"""The demo: people with something to say to each other, an echo that answers whoever writes to it, and a crowd.

It is a client like any other and speaks only the public protocol (`clients/python`). `make up` runs it beside the local
stack: `python -m clients.demo run` (`__main__.py`).

`people.py` are the people, `plays.txt` what they have said and `seeding.py` who says it, once; `answers.py` is what the
echo makes of a message and `echo.py` how it lives; `crowd.py` is `make demo-load`.
"""
