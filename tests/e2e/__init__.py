"""Tests that speak nothing but the public protocol: they could run against any deployment (BACKCHANNEL_TEST_URL)."""
