"""The test pack: where its root is, what testcases it holds, its configuration, a new one, page objects tried out."""
