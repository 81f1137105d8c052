"""Whatever may come over a socket, and whatever a clock may do."""

from hypothesis import strategies as st

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)

pauses = st.lists(st.floats(0, 3), max_size=80)  # in seconds, of a clock that only goes forward
