"""The language server of `monctl lsp`: findings, meanings, names and edits in an editor. Needs the extra `lsp`."""
