"""What every page needs and no feature owns: guards, the transaction edge, headers, language, forms, errors."""
