/// The pages of the desk that a menu names, with the scopes that open them.
enum DeskMenu: CaseIterable {
    case home, search, anomalies, refunds, imports, statistics, psps, creditors

    var path: String {
        switch self {
        case .home: "/desk"
        case .search: "/desk/search"
        case .anomalies: "/desk/anomalies"
        case .refunds: "/desk/refunds"
        case .imports: "/desk/imports"
        case .statistics: "/desk/statistics"
        case .psps: "/desk/psps"
        case .creditors: "/desk/creditors"
        }
    }

    var title: TextKey {
        switch self {
        case .home: .home
        case .search: .search
        case .anomalies: .deskAnomalies
        case .refunds: .deskRefunds
        case .imports: .deskImports
        case .statistics: .deskStatistics
        case .psps: .deskPSPs
        case .creditors: .deskCreditors
        }
    }

    /// The page is shown to keys with one of these; an empty list needs none.
    var scopes: [Scope] {
        switch self {
        case .home: []
        case .search: [.positionsRead, .receiptsRead]
        case .anomalies: [.anomaliesWrite, .operations]
        case .refunds: [.refundsWrite, .operations]
        case .imports: [.positionsWrite]
        case .statistics: [.receiptsRead, .operations]
        case .psps: [.positionsRead, .pspListWrite, .operations]
        case .creditors: [.positionsWrite, .operations]
        }
    }

    static func items(for staff: StaffKey?) -> [(TextKey, String)] {
        guard let staff else { return [] }
        return allCases.filter { staff.allows($0.scopes) }.map { ($0.title, $0.path) }
    }
}

extension Route.Access {
    /// Staff who see this page in the menu.
    static func desk(_ page: DeskMenu) -> Route.Access { .staff(page.scopes) }
}

extension PortalApp {
    /// The pages for staff. `PORTAL_DESK` switches them on.
    static let deskRoutes: [Route] =
        deskSignInRoutes + deskHomeRoutes + deskSearchRoutes + deskPositionRoutes + deskRestRoutes + deskReceiptRoutes
        + deskAnomalyRoutes + deskRTRoutes + deskRefundRoutes + deskCounterRoutes + deskImportRoutes
        + deskStatisticsRoutes + deskPSPRoutes + deskCreditorRoutes + deskMailRoutes
}
