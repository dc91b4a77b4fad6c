"""Puts a question to code and writes down what it does: values, gradients, devices, memory, dropout, errors."""
