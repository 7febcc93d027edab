"""Collecting what a class handed in: from an LMS's archive to `submitted/STUDENT/ASSIGNMENT/`."""
