"""`autograder new`: makes the folder of your own lesson from a reference and a sketch of its inputs."""
