"""Certificates: issued once as an event, kept as bytes, verified by strangers."""
