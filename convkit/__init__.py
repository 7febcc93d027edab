"""What a student imports: checks, drawings and data for the course on convolutional networks."""
