import JSON

/// The first page of the desk: what waits for a decision.
extension PortalApp {
    static let deskHomeRoutes: [Route] = [
        .get("/desk", .staff([])) { app, visit in
            let scopes = DeskMenu.anomalies.scopes
            guard visit.session.staff?.allows(scopes) == true else { return .page(DeskHomePage(visit, nil).page) }
            return .page(DeskHomePage(visit, try await app.api.get("/v1/summary", as: visit.caller)).page)
        }
    ]
}

struct DeskHomePage: Sendable {
    let visit: Visit
    /// Nil if the key may not read it.
    let summary: JSONValue?
    private var texts: Texts { visit.texts }

    init(_ visit: Visit, _ summary: JSONValue?) {
        self.visit = visit
        self.summary = summary
    }

    var page: Page {
        Page(title: texts[.desk]) {
            element("p", ["class": "lead"], texts[.deskIntro])
            if visit.allows(.positionsRead, .receiptsRead) { DeskSearch(visit.form).form(visit).html }
            if let summary {
                element("h2", [:], texts[.deskWaiting])
                Tiles(items: tiles(summary)).html
                kinds(summary)
                psps(summary)
                jobs(summary)
            } else {
                Tiles(items: DeskMenu.items(for: visit.session.staff).dropFirst().map { (texts[$0.0], nil, $0.1) }).html
            }
        }
    }

    private func tiles(_ summary: JSONValue) -> [(title: String, text: String?, path: String)] {
        func number(_ part: String, _ name: String) -> Int64 { summary[part]?.integer(name) ?? 0 }
        func sum(_ part: String) -> String { texts.euro(number(part, "amount_cents")) }
        let unreadable = summary["anomalies"]?.list("kinds").first { $0.text("kind") == "unreadable_rt" }
        var tiles: [(title: String, text: String?, path: String)] = [
            (
                texts.labelled(texts[.deskAnomalies], String(number("anomalies", "open"))), sum("anomalies"),
                "/desk/anomalies"
            ),
            (
                texts.labelled(texts[.deskUnreadable], String(unreadable?.integer("open") ?? 0)),
                texts[.deskUnreadableText],
                "/desk/anomalies?kind=unreadable_rt"
            ),
            (
                texts.labelled(texts[.deskQuarantine], String(number("quarantine", "receipts"))), sum("quarantine"),
                "/desk/anomalies?kind=unknown_iuv"
            ),
        ]
        if visit.allows(.refundsWrite, .operations) {
            tiles.append(
                (
                    texts.labelled(texts[.deskRefunds], String(number("refunds", "decided"))), sum("refunds"),
                    "/desk/refunds?status=decided"
                ))
        }
        tiles.append(
            (
                texts.labelled(texts[.deskAttempts], String(number("payment_attempts", "open"))),
                texts[
                    .deskAttemptsText, "\(number("payment_attempts", "waiting_for_rt"))",
                    "\(number("payment_attempts", "stuck"))"], "/desk/psps"
            ))
        tiles.append(
            (
                texts.labelled(texts[.deskMails], String(number("notifications", "pending"))),
                texts[.deskMailsText, "\(number("notifications", "dead"))"], "/desk"
            ))
        return tiles.filter { tile in
            tile.path != "/desk/psps" || visit.session.staff?.allows(DeskMenu.psps.scopes) == true
        }
    }

    private func kinds(_ summary: JSONValue) -> HTML? {
        let kinds = summary["anomalies"]?.list("kinds") ?? []
        guard !kinds.isEmpty else { return nil }
        return Table(
            caption: texts[.deskAnomalyKinds],
            columns: [
                .init(title: texts[.deskKind]), .init(title: texts[.number], isAmount: true),
                .init(title: texts[.amount], isAmount: true), .init(title: texts[.deskOldest]),
            ],
            rows: kinds.map { kind in
                let code = kind.text("kind") ?? ""
                return [
                    element("a", ["href": "/desk/anomalies?kind=\(code)"], texts.word("anomaly", code)),
                    HTML("\(kind.integer("open") ?? 0)"), HTML(texts.euro(kind.integer("amount_cents") ?? 0)),
                    HTML(kind.text("oldest_opened_at").map(texts.instant) ?? ""),
                ]
            }
        ).html
    }

    private func psps(_ summary: JSONValue) -> HTML? {
        let psps = summary.list("psps")
        return psps.isEmpty ? nil : DeskPSPPages.health(psps, texts)
    }

    /// Only for operations.
    private func jobs(_ summary: JSONValue) -> HTML? {
        let dead = summary.list("background_jobs").filter { !$0.flag("is_alive") }.compactMap { $0.text("job") }
        guard !dead.isEmpty else { return nil }
        return element("div", ["class": "notice error"]) {
            element("p") {
                "\(texts[.deskDeadJobs]): "
                english(dead.joined(separator: ", "))
            }
        }
    }
}
