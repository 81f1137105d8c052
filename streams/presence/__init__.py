"""Who is connected where, who is online, and since when not: from what gateways say, and from their leases."""
