"""Proofs, as their modules stand in infra.operator.proof."""
