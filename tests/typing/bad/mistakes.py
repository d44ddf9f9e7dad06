"""A spec whose mistakes an editor underlines before monctl runs."""

from monctl import Channel, Dashboard, Monitor, Service, Severity, compare, http, sql, tcp

Monitor("site", "https://shop.example")  # error
Monitor("site", http("https://shop.example"), evry="5m")  # error
Monitor("site", http("https://shop.example"), every=5)  # error
Monitor("site", http("https://shop.example"), notify="chat,mail", alert={"critical": "down"}, protect="yes")  # error
Monitor("site", http("https://shop.example", method="FETCH"))  # error
Monitor("site", http("https://shop.example", timeout="5s"))  # error
Monitor("site", tcp("shop.example"))  # error
Monitor(name="site")  # error
Monitor("site", sql("db", "SELECT 1", mode="row"), alert={"critical": compare(">", 5, for_=5)})  # error
Severity("critical", urgency="medium")  # error
Severity("critical", 5)  # error
Service("shop", tier="one")  # error
Channel("chat", slack={"chanel": "#chat"})  # error
Dashboard("shop", rows=[{"panels": [{"title": "A", "look": "pretty"}]}])  # error
Dashboard("shop", rows=[{"panels": [{"metric": "orders"}]}])  # error
