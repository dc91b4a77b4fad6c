"""The hidden graders: test_<topic>.py declares what is special to a lesson's exercises, contract.py what all of them are asked."""
