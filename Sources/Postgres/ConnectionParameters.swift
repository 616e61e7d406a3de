import CLibPQ
import Foundation

/// The parameters that libpq receives for one attempt to connect to one host.
struct ConnectionParameters: Sendable {
    private var pairs: [(keyword: String, value: String)]

    /// One value for each host of the URL. libpq can try all hosts itself, but without a time limit for each: a first host that
    /// does not respond, which is common during a failover, would use up the time for the others.
    static func each(of configuration: PoolConfiguration) throws(PostgresError) -> [ConnectionParameters] {
        let options = try parsed(configuration.url)
        let lists = ["host", "hostaddr", "port"].map { (keyword: $0, values: split(options[$0])) }
        let count = lists.map(\.values.count).max() ?? 1
        return (0..<max(1, count)).map { index in
            var parameters = ConnectionParameters(configuration, userOptions: options["options"])
            for list in lists where count > 1 && !list.values.isEmpty {
                // A single port applies to all hosts.
                parameters.pairs.append((list.keyword, list.values[min(index, list.values.count - 1)]))
            }
            return parameters
        }
    }

    private init(_ configuration: PoolConfiguration, userOptions: String?) {
        // When a keyword occurs twice, libpq uses the later value: the URL overrides these …
        pairs = [
            ("target_session_attrs", configuration.targetSessionAttributes),
            ("application_name", configuration.applicationName),
            // The kernel closes an idle connection to a host that vanished after about 10 s, before a request leases it.
            ("gssencmode", "disable"), ("keepalives", "1"), ("keepalives_idle", "5"), ("keepalives_interval", "2"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "10000"),
            ("dbname", configuration.url),
        ]
        // … and these override the URL.
        pairs.append(("client_encoding", "UTF8"))
        pairs.append(("options", Self.serverOptions(configuration, userOptions)))
    }

    private static func serverOptions(_ configuration: PoolConfiguration, _ userOptions: String?) -> String {
        var settings = [
            ("TimeZone", "UTC"), ("DateStyle", "ISO"), ("default_transaction_isolation", "read committed"),
            // Planning a statement takes longer than executing it, so one plan serves all values of its parameters.
            ("plan_cache_mode", "force_generic_plan"),
            ("statement_timeout", String(configuration.statementTimeoutMilliseconds)),
            ("lock_timeout", String(configuration.lockTimeoutMilliseconds)),
            ("idle_in_transaction_session_timeout", String(configuration.idleInTransactionTimeoutMilliseconds)),
            ("client_connection_check_interval", String(configuration.clientCheckIntervalMilliseconds)),
        ]
        if let searchPath = configuration.searchPath { settings.append(("search_path", searchPath)) }
        let ours = settings.map { "-c \($0)=\(escaped($1))" }
        return ((userOptions.map { [$0] } ?? []) + ours).joined(separator: " ")
    }

    /// A space separates options unless a backslash precedes it, and a backslash must be escaped in the same way.
    private static func escaped(_ value: String) -> String {
        value.map { $0 == " " || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
    }

    private static func split(_ list: String?) -> [String] {
        guard let list, !list.isEmpty else { return [] }
        return list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    private static func parsed(_ url: String) throws(PostgresError) -> [String: String] {
        // libpq's own message may quote the URL, and with it the password.
        guard let options = PQconninfoParse(url, nil) else {
            throw .unavailable(reason: "the database URL is malformed")
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }

    /// The host name in the URL.
    var name: String { pairs.last { $0.keyword == "host" || $0.keyword == "hostaddr" }?.value ?? "the database's host" }

    /// Begins to connect. The lookup of the host name may block. Returns nil only when memory runs out.
    func start() -> OpaquePointer? {
        let keywords = pairs.map { strdup($0.keyword) }
        let values = pairs.map { strdup($0.value) }
        defer { for copy in keywords + values { free(copy) } }
        let keywordPointers = keywords.map { UnsafePointer<CChar>($0) } + [nil]
        let valuePointers = values.map { UnsafePointer<CChar>($0) } + [nil]
        return PQconnectStartParams(keywordPointers, valuePointers, 1)
    }
}
