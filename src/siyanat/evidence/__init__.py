"""Recordings: sealed bytes and their rows, attribution, holds, access, export. Only this room touches stored bytes."""
