"""The only door to the network: addresses come in, whole answers or endless streams go out.

Behind it lie the pace that each host asks for, retries, budgets, what is remembered, the guard of addresses, and limits
on size and time. Whatever stands in the way is said in one sentence, without credentials.
"""
