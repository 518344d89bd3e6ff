"""What people use today, written as its documentation shows it, asked and scored beside ours.

None of these ever abstains, and what it hands to its chat model are whole chunks: those are its quotes here.
"""
