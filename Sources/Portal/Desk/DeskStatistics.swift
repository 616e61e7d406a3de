import Foundation
import JSON

/// Totals of receipts, by day and by what else the service groups them, with a plot.
extension PortalApp {
    static let deskStatisticsRoutes: [Route] = [
        .get("/desk/statistics", .desk(.statistics)) { app, visit in try await app.showStatistics(visit) }
    ]

    private func showStatistics(_ visit: Visit) async throws -> PageResponse {
        let group = DeskStatisticsPage.groups.first { $0 == visit.query["group"] } ?? "day"
        let query = [("group", group), ("from", visit.filter("from")), ("to", visit.filter("to"))]
        var json = JSONValue.object([])
        var isWrong = false
        do { json = try await api.get("/v1/statistics", query: query, as: visit.caller) } catch APIError.refused {
            isWrong = true
        }
        var names: [String: String] = [:]
        if group == "psp", let list = try await pspList(visit) {
            for psp in list.list("psps") { names[psp.text("psp_id") ?? ""] = psp.text("business_name") }
        }
        let page = DeskStatisticsPage(visit: visit, json: json, group: group, names: names, isWrong: isWrong)
        return .page(page.page, status: isWrong ? 422 : 200)
    }
}

struct DeskStatisticsPage: Sendable {
    static let groups = ["day", "psp", "creditor", "debt_type", "method"]

    let visit: Visit
    let json: JSONValue
    let group: String
    /// Names of PSPs by id.
    let names: [String: String]
    let isWrong: Bool
    private var texts: Texts { visit.texts }
    private var groupName: String { texts.word("group", group) }

    var page: Page {
        let fields = [
            Field(
                name: "group", kind: .select(Self.groups.map { ($0, texts.word("group", $0)) }),
                label: texts[.deskGroup], isRequired: false, maximum: nil),
            Field(name: "from", kind: .date, label: texts[.from], isRequired: false, maximum: nil),
            Field(name: "to", kind: .date, label: texts[.to], isRequired: false, maximum: nil),
        ].map { field in
            var field = field
            field.marksOptional = false
            return field
        }
        let values = [
            "group": group, "from": json.text("from") ?? visit.query["from"] ?? "",
            "to": json.text("to") ?? visit.query["to"] ?? "",
        ]
        return Page(title: texts[.deskStatistics], isError: isWrong) {
            element("p", ["class": "lead"], texts[.deskStatisticsIntro])
            if isWrong {
                element("div", ["class": "notice error", "role": "alert", "id": "errors", "tabindex": "-1"]) {
                    texts[.refusedText]
                }
            }
            SearchForm(
                action: "/desk/statistics", fields: fields, submit: texts[.deskShow], values: values, texts: texts
            ).html
            if !isWrong { totals }
        }
    }

    @HTMLBuilder private var totals: HTML {
        let total = json["total"]
        element("p", ["class": "sum"], texts.euro(total?.integer("amount_cents") ?? 0))
        if json.list("items").isEmpty {
            nothing(texts[.deskNothing])
        } else {
            plot
            table
        }
    }

    private func name(_ item: JSONValue) -> String {
        switch group {
        case "day": item.text("day").map(texts.day) ?? ""
        case "psp":
            item.text("psp_id").map { id in names[id].map { "\($0) (\(id))" } ?? id } ?? texts[.deskWithoutPSP]
        case "creditor": item.text("creditor_tax_code") ?? ""
        case "debt_type": item.text("debt_type") ?? "–"
        default: item.text("payment_method") ?? "–"
        }
    }

    private var plot: HTML {
        let from = json.text("from").map(texts.day) ?? ""
        let to = json.text("to").map(texts.day) ?? ""
        let plot = BarPlot(
            id: "plot", title: texts[.deskPlotTitle, groupName], description: texts[.deskPlotText, from, to], bars: bars
        )
        return group == "day" ? plot.columns : plot.rows
    }

    private var bars: [BarPlot.Bar] {
        let items = json.list("items")
        // The largest come first; the table has all.
        guard group == "day" else { return items.prefix(30).map { bar(name($0), $0.integer("amount_cents") ?? 0) } }
        var amounts: [String: Int64] = [:]
        for item in items { amounts[item.text("day") ?? ""] = item.integer("amount_cents") }
        let days = DeskDays.all(from: json.text("from"), to: json.text("to"))
        return days.map { bar(texts.day($0), amounts[$0] ?? 0) }
    }

    private func bar(_ label: String, _ amount: Int64) -> BarPlot.Bar {
        BarPlot.Bar(label: label, amount: amount, text: texts.euro(amount))
    }

    private var table: HTML {
        Table(
            caption: texts[.deskPlotTitle, groupName],
            columns: [
                .init(title: groupName), .init(title: texts[.receipts], isAmount: true),
                .init(title: texts[.amount], isAmount: true), .init(title: texts[.fee], isAmount: true),
                .init(title: texts[.refunded], isAmount: true),
            ],
            rows: (json.list("items").map { (name($0), $0) } + (json["total"].map { [(texts[.total], $0)] } ?? [])).map
            {
                name, item in
                [
                    HTML(name), HTML("\(item.integer("receipts") ?? 0)"),
                    HTML(texts.euro(item.integer("amount_cents") ?? 0)),
                    HTML(texts.euro(item.integer("fee_cents") ?? 0)),
                    HTML(texts.euro(item.integer("refunded_cents") ?? 0)),
                ]
            }
        ).html
    }
}

/// Days between two, both included.
enum DeskDays {
    static func all(from: String?, to: String?) -> [String] {
        let style = Date.ISO8601FormatStyle().year().month().day()
        guard var day = from.flatMap({ try? Date($0, strategy: style) }),
            let last = to.flatMap({ try? Date($0, strategy: style) })
        else { return [] }
        var days: [String] = []
        // The service groups at most 92 days.
        while day <= last, days.count < 100 {
            days.append(day.formatted(style))
            day += 86_400
        }
        return days
    }
}
