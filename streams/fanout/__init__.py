"""Events to the streams of those gateways that hold a recipient."""
