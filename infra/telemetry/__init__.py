"""What every process of ours says of itself: metrics, logs and traces. Knows neither a store nor a topic."""
