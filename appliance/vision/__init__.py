"""From a frame to scores: quality, alignment, crops, the judges and the pictures of them."""
