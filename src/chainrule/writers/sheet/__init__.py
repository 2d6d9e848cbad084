"""Live spreadsheets: one workbook of cells and formulas, written as .xlsx and as .ods."""
