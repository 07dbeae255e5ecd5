"""Trainings that diverge: found, stopped, or taken back."""
