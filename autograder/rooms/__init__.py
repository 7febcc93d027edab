"""The rooms in which a submission and the instructor's tests run, apart from each other and from the coordinator."""
