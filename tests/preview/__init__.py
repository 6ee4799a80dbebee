"""What a process does, told, drawn and rehearsed before it does it."""
