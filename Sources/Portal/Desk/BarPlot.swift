/// Bars of amounts, drawn by the server. The same numbers are in a table below it, because pictures have no numbers to read out.
struct BarPlot: Sendable {
    struct Bar: Sendable {
        let label: String
        let amount: Int64
        let text: String
    }

    let id: StaticString
    let title: String
    let description: String
    let bars: [Bar]

    private static let width = 720.0
    private static let height = 220.0
    private static let rowHeight = 28.0

    private var largest: Double { Double(max(bars.map(\.amount).max() ?? 0, 1)) }

    /// One bar for each day, side by side; the axis below names the first and the last.
    var columns: HTML {
        let step = Self.width / Double(max(bars.count, 1))
        return group {
            picture(height: Self.height) {
                for (index, bar) in bars.enumerated() {
                    let share = Double(max(bar.amount, 0)) / largest * (Self.height - 10)
                    rectangle(
                        bar, x: Double(index) * step + step * 0.1, y: Self.height - share, width: step * 0.8,
                        height: share)
                }
                element("line", ["x1": "0", "x2": "720", "y1": "219", "y2": "219"]) {}
            }
            element("p", ["class": "axis", "aria-hidden": "true"]) {
                element("span", [:], bars.first?.label ?? "")
                element("span", [:], bars.last?.label ?? "")
            }
        }
    }

    /// One bar for each name, one below the other, in the order of the table.
    var rows: HTML {
        picture(height: Double(bars.count) * Self.rowHeight) {
            for (index, bar) in bars.enumerated() {
                let share = Double(max(bar.amount, 0)) / largest * Self.width
                rectangle(bar, x: 0, y: Double(index) * Self.rowHeight + 4, width: share, height: Self.rowHeight - 8)
            }
        }
    }

    private func picture(height: Double, @HTMLBuilder _ content: () -> HTML) -> HTML {
        element(
            "svg",
            [
                "class": "plot", "viewBox": "0 0 720 \(Self.number(height))", "role": "img", "id": "\(id)",
                "aria-labelledby": "\(id)-title \(id)-desc",
            ]
        ) {
            element("title", ["id": "\(id)-title"], title)
            element("desc", ["id": "\(id)-desc"], description)
            content()
        }
    }

    private func rectangle(_ bar: Bar, x: Double, y: Double, width: Double, height: Double) -> HTML {
        element(
            "rect",
            [
                "x": Self.number(x), "y": Self.number(y), "width": Self.number(width), "height": Self.number(height),
            ]
        ) { element("title", [:], "\(bar.label) – \(bar.text)") }
    }

    /// With one decimal.
    private static func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
