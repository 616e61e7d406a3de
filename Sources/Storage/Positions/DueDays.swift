import Accounts
import PagoPA
import Postgres
import Requests

/// The positions that are due within some days, in the order of their creation.
///
/// An index has the positions of each day in that order. Their merge costs a page for each day, so the rows that follow the newest (or
/// oldest) position of these days in the order of creation are read first: mostly a page of them is due within the days.
struct DueDays {
    /// More days have so many positions that the order of creation alone finds a page of them.
    private static let maximumCount = 366
    /// The number of rows that are read in the order of creation.
    private static let rowsInOrder: SQL = "500"

    private let first: CalendarDate
    private let last: CalendarDate
    private let isDescending: Bool

    /// - Returns: nil if the filter has more conditions than a first and a last day, or the page another order, or all creditors are
    ///   asked for.
    init?(_ filter: PositionFilter, order: PositionOrder, within tenancy: Tenancy) {
        // The index is one of each creditor.
        guard case .only = tenancy, let first = filter.dueFrom, let last = filter.dueTo,
            order == .created || order == .createdDescending,
            (0..<Self.maximumCount).contains(last.epochDays - first.epochDays)
        else { return nil }
        var others = filter
        others.dueFrom = nil
        others.dueTo = nil
        guard others == PositionFilter() else { return nil }
        self.first = first
        self.last = last
        isDescending = order == .createdDescending
    }

    /// - Parameter condition: the tenant, and the place after which the page begins.
    func selection(where condition: SQL, page: PageRequest) -> SQL {
        let ordering: SQL = isDescending ? "created_at DESC, id DESC" : "created_at, id"
        let extreme: SQL = isDescending ? "max" : "min"
        let follows: SQL = isDescending ? "<=" : ">="
        let days: SQL = "generate_series(0, \(last.epochDays - first.epochDays)::integer) AS day(number)"
        let ofDay: SQL = """
            SELECT * FROM positions p WHERE \(condition) AND p.due_date = \(first.sql)::date + day.number
            ORDER BY \(ordering)
            """
        let inOrder = page.first(
            of: """
                SELECT * FROM (
                    SELECT * FROM positions p WHERE \(condition) AND p.created_at \(follows) start.created_at
                    ORDER BY \(ordering) LIMIT \(Self.rowsInOrder)) AS p
                WHERE p.due_date BETWEEN \(first.sql)::date AND \(last.sql)::date ORDER BY \(ordering)
                """)
        // OFFSET 0: the start is computed once. A page in order that is not full may lack rows, so it does not count.
        return """
            SELECT page.* FROM (
                SELECT \(extreme)(newest.created_at) AS created_at FROM \(days) CROSS JOIN LATERAL (\(ofDay) LIMIT 1) AS newest
                OFFSET 0) AS start
            CROSS JOIN LATERAL (
                WITH near AS MATERIALIZED (\(inOrder))
                SELECT near.* FROM near WHERE (SELECT count(*) FROM near) > \(page.limit)::integer
                UNION ALL
                SELECT merged.* FROM \(days) CROSS JOIN LATERAL (\(page.first(of: ofDay))) AS merged
                WHERE (SELECT count(*) FROM near) <= \(page.limit)::integer) AS page
            """
    }
}
