import PagoPA
import Postgres
import Requests

/// A condition whose index row level security hides from a statement of the service, because its operators are not leakproof. A function of the
/// owner reads the index and applies the policy itself.
struct TextCondition {
    /// On a row `p` of positions.
    let row: SQL
    /// The ids of all rows that match. The argument is the creditor of these rows, or NULL.
    let ids: (SQL) -> SQL
    /// Whether so few rows match that the first rows of an order need not be read.
    var isRare = false
    /// The number of rows among which it is searched in the order of the page, before its index is asked.
    var rowsBeforeIndex: SQL = "2000"
}

extension PositionFilter {
    /// Those that few rows match come first.
    var textConditions: [TextCondition] {
        var all: [TextCondition] = []
        if let noticeNumberEnd {
            all.append(
                TextCondition(
                    row: """
                        EXISTS (SELECT FROM installments i WHERE i.position_id = p.id
                            AND right(i.notice_number, \(noticeNumberEnd.utf8.count)::integer) = \(noticeNumberEnd))
                        """,
                    ids: { "positions_matching(NULL, NULL, \(noticeNumberEnd), \($0))" }, isRare: true))
        }
        if let noticeNumberPart {
            all.append(
                TextCondition(
                    row: """
                        EXISTS (SELECT FROM installments i WHERE i.position_id = p.id
                            AND strpos(i.notice_number, \(noticeNumberPart)) > 0)
                        """,
                    ids: { "positions_with_number_part(\(noticeNumberPart), \($0))" },
                    // Each of these rows costs a look at its installments.
                    rowsBeforeIndex: "500"))
        }
        if let metadata {
            let pair = jsonText([metadata.key: metadata.value])
            all.append(
                TextCondition(
                    row: "p.metadata @> \(pair)::jsonb",
                    ids: { "positions_matching(NULL, \(pair)::jsonb, NULL, \($0))" }))
        }
        if let debtorName {
            all.append(
                TextCondition(
                    row: "name_words(p.debtor_full_name) @@ name_query(\(debtorName))",
                    ids: { "positions_matching(\(debtorName), NULL, NULL, \($0))" }))
        }
        if let words {
            let pattern = "%" + words.escapedForLike + "%"
            all.append(
                TextCondition(
                    row: Self.hasText(words, pattern),
                    ids: { "positions_with_text(\(pattern), \(words), \($0))" }))
        }
        return all
    }

    /// IUVs and notice numbers are found by the index on IUVs, once for all rows: an IUV is the end of its notice number.
    private static func hasText(_ words: String, _ pattern: String) -> SQL {
        """
        (p.description ILIKE \(pattern) OR p.document_number = \(words) OR p.external_id = \(words)
            OR p.id = ANY(ARRAY(SELECT i.position_id FROM installments i
                WHERE i.iuv IN (\(words), substr(\(words), 2), substr(\(words), 4)) AND \(words) IN (i.iuv, i.notice_number))))
        """
    }
}
