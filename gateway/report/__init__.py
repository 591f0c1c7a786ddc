"""What people are shown of a site: the matrix, the picture, the requirement behind each clause. Pure; prints nothing."""
