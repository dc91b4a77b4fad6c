"""`autograder new`: the folder of a lesson of one's own, from a reference and a sketch of its inputs."""
