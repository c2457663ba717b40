"""Figures in the shapes that programs know: answers come in, values and bytes go out."""
