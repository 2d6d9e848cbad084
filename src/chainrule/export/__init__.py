"""Models in the forms of other programs: ONNX, MATLAB's .mat and NumPy's .npz."""
