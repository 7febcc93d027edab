"""Points for the LMS: from results, gradebook and late policy to the columns that each LMS imports."""
