"""The demo: the shipped onboarding, played from a won deal to a running project over the real interfaces.

It is no command of `baton`: `make demo` runs it in a checkout, as `python -m cli.demo`.
"""
