"""US AI policy as it stood on 26 February 2025, and the five assumptions that it rests on."""
