"""The rules, one a file: the function's docstring is its page. Found by name, listed nowhere."""
