/// A table that becomes a list of cards on a phone: each cell repeats its heading there.
struct Table: Sendable {
    struct Column: Sendable {
        let title: String
        var isAmount = false
    }

    let caption: String
    let columns: [Column]
    let rows: [[HTML]]

    var html: HTML {
        element("table", ["class": "cards"]) {
            element("caption", [:], caption)
            element("thead") {
                element("tr") {
                    for column in columns {
                        element("th", ["scope": "col", "class": column.isAmount ? "amount" : nil], column.title)
                    }
                }
            }
            element("tbody") {
                for row in rows {
                    element("tr") {
                        for (column, cell) in zip(columns, row) {
                            element(
                                "td", ["data-title": column.title, "class": column.isAmount ? "amount" : nil]
                            ) { element("span") { cell } }
                        }
                    }
                }
            }
        }
    }
}

/// Facts about one thing, as terms and descriptions.
struct Facts: Sendable {
    var pairs: [(term: String, description: HTML)] = []

    mutating func add(_ term: String, _ text: String?) {
        if let text { pairs.append((term, HTML(text))) }
    }

    mutating func add(_ term: String, html: HTML?) {
        if let html { pairs.append((term, html)) }
    }

    var html: HTML {
        element("dl", ["class": "facts"]) {
            for pair in pairs {
                element("div") {
                    element("dt", [:], pair.term)
                    element("dd") { pair.description }
                }
            }
        }
    }
}
