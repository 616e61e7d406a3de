import Postgres
import Requests

/// A database error that a retry does not fix. `DatabaseUnavailable` covers the errors that a retry may fix.
package enum StorageError: Error, Equatable {
    /// A constraint rejected the write.
    case constraint(Constraint)
    /// A bug of the service or a damaged database. The text contains the SQLSTATE, the constraint and the server's message, but
    /// never a bound value.
    case fault(String)

    /// Converts an error of PostgreSQL into the error that other modules receive.
    static func translated(_ error: PostgresError) -> any Error {
        if error.isUnavailable { return DatabaseUnavailable() }
        if error.sqlState == "QZ401" { return CredentialChanged() }
        if let constraint = error.constraint.flatMap(Constraint.init(rawValue:)) {
            return StorageError.constraint(constraint)
        }
        // After a lock timeout, a serialization failure or a deadlock, the same request may succeed when it is retried.
        if let state = error.sqlState, ["55P03", "40001", "40P01"].contains(state) {
            return DatabaseUnavailable()
        }
        return StorageError.fault("\(error)")
    }
}

/// The constraints and unique indexes whose violation an operation handles. A violation of any other constraint is a fault.
package enum Constraint: String, CaseIterable, Sendable {
    case attemptItemsInstallment = "attempt_items_installment_fkey"
    case attemptItemsOneOpenAttempt = "attempt_items_one_open_attempt"
    case citizensEmail = "citizens_email_key"
    case citizensTaxCode = "citizens_tax_code_key"
    case installmentsIUV = "installments_iuv_key"
    case installmentsNoticeNumber = "installments_notice_key"
    case positionsExternalID = "positions_external_id_key"
    case receiptsCopyOf = "receipts_copy_of_fkey"
    case receiptsInstallment = "receipts_installment_fkey"
    case receiptsKey = "receipts_key"
    case rtsFingerprint = "rts_fingerprint_key"
    case unreadableRTsBody = "unreadable_rts_body_key"
    case usedIUVs = "used_iuvs_pkey"
}
