"""The compiled code of engine `compiled`: its loops and their building blocks."""
