"""What a process does, before it does it: retold in sentences, drawn, rehearsed and foretold."""
