"""What a portal will make of a catalogue: checks before it harvests, and a rehearsal of it."""
