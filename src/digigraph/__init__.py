"""Publish a knowledge graph from a folder of documents, every statement with the sentence that says it."""
