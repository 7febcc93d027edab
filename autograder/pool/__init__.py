"""Grading on many processes and machines: what is sent to a worker, and the engines that send it."""
