"""A stand-in for Google and Apple: speaks FCM HTTP v1 and APNs for real, and fails as told. Never for production."""
