import Accounts
import PagoPA
import Postgres
import Requests

extension RequestCredential {
    /// Opens a transaction. A tenancy that is not the caller's own, as for work of the service beside the caller's, is set after
    /// the look-up.
    func opening(within tenancy: Tenancy) -> [SQL] {
        let lookUp: SQL = """
            SELECT set_request_tenancy(\(keyDigest), \(key.rowVersion), \(citizen?.session.uuid), \(accessDigest),
                \(citizen?.rowVersion), \(!isConfirmed))
            """
        return [Tenancy.role, lookUp] + (tenancy == caller.tenancy ? [] : [tenancy.setting])
    }
}
