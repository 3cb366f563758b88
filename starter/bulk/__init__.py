"""One line, many cases: which cases, handing the commands over, telling what became of each."""
