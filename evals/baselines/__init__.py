"""What people use today, written as its documentation shows it, to be measured beside ours."""
