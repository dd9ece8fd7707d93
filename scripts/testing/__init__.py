"""How `make test` works: components are found or installed, suites run, results are counted."""
