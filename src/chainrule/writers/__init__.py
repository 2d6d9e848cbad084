"""The writers: a trace in every form that people use. None of them does arithmetic."""
