"""Who is to be told of what: decided from the events, then asked of the push providers."""
