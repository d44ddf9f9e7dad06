"""The standalone runner: measures, decides and tells what a bundle says. It reads bundles and nothing else of the compiler's.

`core` is pure; `probes` ask, `notifiers` tell, `store` remembers, `page` shows; the modules here are the shell around them.
"""
