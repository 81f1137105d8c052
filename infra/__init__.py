"""What the house stands on: stores, the local stack, migrations. Others import only `infra.stores`."""
