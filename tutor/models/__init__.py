"""Whole models of ours: called, named, written as Keras code."""
