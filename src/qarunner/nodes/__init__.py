"""Nodes: the exporter process that owns a node's hardware, its frame ring and recorder, and the client others use.

`qarunner.nodes.client` is the way in; the other modules are the exporter's own.
"""
