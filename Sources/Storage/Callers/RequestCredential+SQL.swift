import Accounts
import PagoPA
import Postgres
import Requests

extension RequestCredential {
    /// The first statements of a transaction. The lookup runs in the caller's own tenancy; another tenancy, for work of the service
    /// itself, is set after it.
    func opening(within tenancy: Tenancy, isReadOnly: Bool) -> [SQL] {
        let access: SQL = isReadOnly ? .readOnlyItem : ""
        let lookUp: SQL = """
            SELECT \(access)set_config('role', \(caller.tenancy.role.rawValue), true), set_request_tenancy(\(keyDigest), \(key.rowVersion), \(citizen?.session.uuid), \(accessDigest),
                \(citizen?.rowVersion), \(!isConfirmed))
            """
        return [lookUp] + (tenancy == caller.tenancy ? [] : [tenancy.setting()])
    }
}
