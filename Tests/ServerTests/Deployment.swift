import Cryptography
import Foundation
import FoundationNetworking
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite(.besideAnother) struct ServerTests {}

/// The programs that `make run` starts, on separate ports and a separate PostgreSQL cluster: the real binaries and a real SMTP server.
final class Deployment: Sendable {
    struct NotReady: Error, CustomStringConvertible {
        let description: String
    }

    struct Answer: Sendable {
        let status: Int
        let headers: [String: String]
        let body: Data

        var json: [String: any Sendable] {
            get throws {
                try #require(try JSONSerialization.jsonObject(with: body) as? [String: any Sendable])
            }
        }

        /// - Parameters: those of the request of this response.
        func record(_ method: String, _ path: String, headers sent: [String: String] = [:], body request: Data? = nil)
            throws
        {
            try Exchange(
                test: Test.current?.name, method: method, path: path, requestHeaders: sent, requestBody: request,
                status: status, headers: headers, body: body
            ).record()
        }
    }

    let cluster: PrivateCluster
    let api: String
    let simulator: String
    let mailControl: String
    let apiKey: String
    let creditorKey: String
    let opsKey: String
    let pspSecret: WebhookSecret
    let service: ServiceProcess
    /// The proxy between the service and its database, if there is one.
    let proxy: Proxy?
    /// The environment of every program of the deployment.
    let environment: [String: String]
    private let processes: [ServiceProcess]
    let folder: URL
    private let session: URLSession

    static let creditor = "12345678903"
    static let secretsKey = "cXVpZXRhbnphLXRlc3RzLW9ubHktc2VjcmV0cy1rZXk="
    static let project = Contract.projectFile.deletingLastPathComponent()
    static let binaries = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()

    /// - Parameters:
    ///   - diskMegabytes: the database's disk is this small and can be filled, where mounting is allowed.
    ///   - mailNeedsLogin: mail goes by STARTTLS and with a login.
    static func with<Value>(
        throughProxy: Bool = false, diskMegabytes: Int? = nil, mailNeedsLogin: Bool = false,
        settings: [String: String] = [:], serviceArguments: [String] = [], _ body: (Deployment) async throws -> Value
    ) async throws -> Value {
        let deployment = try await Deployment(
            throughProxy, diskMegabytes, mailNeedsLogin, settings, serviceArguments)
        do {
            try await deployment.ready()
            let value = try await body(deployment)
            // A test may have stopped the service and read its exit status.
            let metrics = try? await deployment.send("GET", url: deployment.api + "/metrics")
            deployment.service.stop()
            try deployment.expectNoPersonalData(metrics: String(decoding: metrics?.body ?? Data(), as: UTF8.self))
            deployment.end()
            return value
        } catch {
            deployment.end()
            throw error
        }
    }

    private init(
        _ throughProxy: Bool, _ diskMegabytes: Int?, _ mailNeedsLogin: Bool, _ settings: [String: String],
        _ serviceArguments: [String]
    ) async throws {
        let template = try DemoCluster.template.get()
        let cluster = try PrivateCluster(copyOf: template.cluster, diskMegabytes: diskMegabytes)
        self.cluster = cluster
        let folder = FileManager.default.temporaryDirectory.appending(path: "quietanza-live-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.folder = folder
        let ports = try (0..<4).map { _ in try Proxy.freePort() }
        api = "http://127.0.0.1:\(ports[0])"
        simulator = "http://127.0.0.1:\(ports[1])"
        mailControl = "http://127.0.0.1:\(ports[3])"
        let proxy = throughProxy ? try Proxy(to: cluster.port) : nil
        self.proxy = proxy
        let certificate = mailNeedsLogin ? try MailSink.certificate(in: folder) : nil
        var databaseURL = cluster.url
        if let proxy { databaseURL = databaseURL.replacing(":\(cluster.port)/", with: ":\(proxy.port)/") }
        var mailURL = "smtp://127.0.0.1:\(ports[2])?tls=none"
        if let certificate {
            mailURL = "smtp://user:secret@localhost:\(ports[2])?tls=starttls&ca=\(certificate.certificate)"
        }
        let environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            "DATABASE_URL": databaseURL,
            "HTTP_HOST": "127.0.0.1", "HTTP_PORT": "\(ports[0])", "PUBLIC_URL": api,
            "SMTP_URL": mailURL, "MAIL_FROM": "quietanza@example.org",
            "SECRETS_KEY": Self.secretsKey, "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8",
            "RESOURCES_DIRECTORY": Self.project.path, "LOG_LEVEL": "debug",
            "OIDC_ISSUERS": try Self.identityProviders(simulator: simulator, in: folder),
        ].merging(settings) { $1 }
        self.environment = environment
        let quietanza = Self.binaries.appending(path: "quietanza").path
        let demoFile = folder.appending(path: "demo.json")
        try template.demo.write(to: demoFile)
        try Tool.run(
            "psql",
            [
                "-X", "-q", "-v", "ON_ERROR_STOP=1", cluster.url, "-c",
                "UPDATE psp_channels SET start_url = replace(start_url, '\(DemoCluster.simulator)', '\(simulator)')",
            ])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let demo = try decoder.decode(Demo.self, from: template.demo)
        apiKey = demo.apiKey
        creditorKey = demo.creditorKey
        opsKey = demo.opsKey
        pspSecret = try WebhookSecret(try #require(demo.pspSecrets["ABCDITMM"]))
        service = try ServiceProcess(
            quietanza, ["serve"] + serviceArguments, environment, log: folder.appending(path: "service.log"))
        processes = [
            service,
            try ServiceProcess(
                "/usr/bin/python3",
                [
                    Self.project.path + "/scripts/smtp-sink.py", "--host", "127.0.0.1", "--port", "\(ports[2])",
                    "--directory", folder.appending(path: "mail").path, "--control", "\(ports[3])",
                ] + (certificate.map { ["--certificate", $0.certificate, "--key", $0.key] } ?? []), environment,
                log: folder.appending(path: "mail.log")),
            try ServiceProcess(
                Self.binaries.appending(path: "psp-simulator").path,
                ["--host", "127.0.0.1", "--port", "\(ports[1])", "--secret-file", demoFile.path], environment,
                log: folder.appending(path: "simulator.log")),
        ]
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = 60
        configuration.timeoutIntervalForRequest = 40
        session = URLSession(configuration: configuration)
    }

    /// A file with the simulator as the only identity provider.
    private static func identityProviders(simulator: String, in folder: URL) throws -> String {
        let file = folder.appending(path: "oidc-issuers.json")
        let json = """
            {"issuers":[{"issuer":"\(simulator)/oidc","jwks_url":"\(simulator)/oidc/jwks","audiences":["portale"],
            "assurance_levels":["https://www.spid.gov.it/SpidL2"]}]}
            """
        try json.write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    private func ready() async throws {
        for url in [api + "/ready", mailControl + "/messages", simulator + "/live"] {
            try await waitUntil("\(url) answers", seconds: 20) {
                if let ended = self.processes.first(where: { !$0.isRunning }) {
                    throw NotReady(description: "\(ended.name) has ended: \(ended.output)")
                }
                return (200..<300).contains((try? await self.send("GET", url: url))?.status ?? 0)
            }
        }
    }

    private struct Demo: Decodable {
        let apiKey, creditorKey, opsKey: String
        let pspSecrets: [String: String]
    }

    func end() {
        session.invalidateAndCancel()
        service.stop()
        // The other programs need no orderly shutdown, and Python ignores a signal that its parent has blocked.
        for process in processes.dropFirst() { process.kill() }
        proxy?.close()
        cluster.remove()
        try? FileManager.default.removeItem(at: folder)
    }

    func log() throws -> String {
        try String(contentsOf: folder.appending(path: "service.log"), encoding: .utf8)
    }

    /// The variables that `make run` writes for a shell.
    var shell: [String: String] {
        [
            "API": api, "API_KEY": apiKey, "PSP_SIMULATOR": simulator, "MAIL_CONTROL": mailControl,
            "RECEIPT": folder.appending(path: "ricevuta.pdf").path, "DATABASE_URL": cluster.url,
            "DEMO_DATA": folder.appending(path: "demo.json").path,
            "PATH": Self.binaries.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"),
            "HOME": folder.path, "QUIETANZA_ENV": "/dev/null", "SMTP_URL": environment["SMTP_URL"] ?? "",
            "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8",
            "MAIL_FROM": "quietanza@example.org", "RESOURCES_DIRECTORY": Self.project.path,
            "SECRETS_KEY": Self.secretsKey,
        ]
    }

    /// Polls the condition, so that the test waits no longer than necessary.
    func waitUntil(_ what: String, seconds: Int = 60, _ fact: @Sendable () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while try await !fact() {
            guard ContinuousClock.now < deadline else {
                throw NotReady(description: "not within \(seconds) s: \(what)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Sends one request; its response is not validated.
    func send(
        _ method: String, url: String, headers: [String: String] = [:], body: Data? = nil
    ) async throws -> Answer {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = method
        request.httpBody = body
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await session.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        var found: [String: String] = [:]
        for (name, value) in http.allHeaderFields { found["\(name)".lowercased()] = "\(value)" }
        return Answer(status: http.statusCode, headers: found, body: data)
    }

    /// Calls the API and records the exchange, which must match the contract.
    func call(
        _ method: String, _ path: String, key: String? = nil, json: String? = nil, headers: [String: String] = [:],
        body: Data? = nil
    ) async throws -> Answer {
        var all = headers
        if let key { all["Authorization"] = "Bearer \(key)" }
        if json != nil, all["Content-Type"] == nil { all["Content-Type"] = "application/json" }
        let sent = json.map { Data($0.utf8) } ?? body
        let answer = try await send(method, url: api + path, headers: all, body: sent)
        try answer.record(method, path, headers: all, body: sent)
        if answer.status >= 400 {
            let given = PersonalData.found(in: String(decoding: answer.body, as: UTF8.self))
            #expect(given.isEmpty, "\(method) \(path) \(answer.status) gives away \(given)")
        }
        return answer
    }

    /// Posts an RT as the PSP ABCDITMM.
    func post(
        rt: String, id: String = UUID().uuidString, secret: WebhookSecret? = nil, type: String = "application/json"
    ) async throws -> Answer {
        var headers = signed(rt, id: id, secret: secret)
        headers["Content-Type"] = type
        return try await call("POST", "/v1/psps/ABCDITMM/receipts", json: rt, headers: headers)
    }

    func signed(
        _ rt: String, id: String = UUID().uuidString, secret: WebhookSecret? = nil, clockOffBySeconds offset: Int = 0
    ) -> [String: String] {
        signed(Array(rt.utf8), id: id, secret: secret, skewSeconds: Int64(offset))
    }

    /// - Parameter skewSeconds: how far the sender's clock is ahead.
    func signed(
        _ rt: [UInt8], id: String = UUID().uuidString, secret: WebhookSecret? = nil, skewSeconds: Int64 = 0
    ) -> [String: String] {
        let now = Int64(Date().timeIntervalSince1970) + skewSeconds
        let signature = WebhookSignature.sign(id: id, timestamp: now, body: rt, secret: secret ?? pspSecret)
        return [
            "Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": "\(now)",
            "webhook-signature": signature,
        ]
    }

    /// Creates a position of € 59,80; returns `(id, iuv)`.
    func position(
        cents: Int = 5980, debtor: String = "RSSMRA80A01H501U", dueDate: String = "2030-10-10"
    ) async throws -> (id: String, iuv: String) {
        let answer = try await call(
            "POST", "/v1/positions", key: creditorKey,
            json: """
                {"creditor_tax_code":"\(Self.creditor)","external_id":"T-\(UUID().uuidString)","debt_type":"mensa",
                "document":{"year":2026,"number":"1"},"description":"Mensa scolastica",
                "debtor":{"kind":"person","tax_code":"\(debtor)","full_name":"Mario Canarino",
                "email":"canarino@example.org"},"lines":[{"description":"Pasti","amount_cents":\(cents)}],
                "installments":[{"amount_cents":\(cents),"due_date":"\(dueDate)"}]}
                """)
        try #require(answer.status == 201)
        let json = try answer.json
        let installment = try #require((json["installments"] as? [[String: any Sendable]])?.first)
        return (try #require(json["id"] as? String), try #require(installment["iuv"] as? String))
    }

    func status(of position: String) async throws -> String? {
        try await call("GET", "/v1/positions/\(position)", key: apiKey).json["status"] as? String
    }

    static func rt(
        iuv: String, receipt: String, cents: Int = 5980, outcome: String = "OK", creditor: String = creditor,
        transfers: String? = nil, paidAt: String = "2026-11-20T10:00:00Z", extra: String = ""
    ) -> String {
        let parts =
            transfers
            ?? (outcome == "OK" ? #"[{"index":1,"creditor_tax_code":"\#(creditor)","amount_cents":\#(cents)}]"# : nil)
        return """
            {\(extra)"receipt_id":"\(receipt)","outcome":"\(outcome)","creditor_tax_code":"\(creditor)","iuv":"\(iuv)",
            "amount_cents":\(cents),"psp":{"id":"ABCDITMM","business_name":"Banca Alfa"},"payment_method":"CP",
            "paid_at":"\(paidAt)"\(parts.map { ",\"transfers\":\($0)" } ?? "")}
            """
    }

    /// Sets the behaviour of the mail server from now on: `ok`, `greet4`, `mail5`, `silent` and so on.
    func mailMode(_ mode: String) async throws {
        let answer = try await send(
            "POST", url: mailControl + "/mode", headers: ["Content-Type": "application/json"],
            body: Data("{\"mode\":\"\(mode)\"}".utf8))
        try #require(answer.status == 200)
    }

    /// The delivered messages, oldest first.
    func mails() async throws -> [Data] {
        let list = try await send("GET", url: mailControl + "/messages")
        let items = try #require(try JSONSerialization.jsonObject(with: list.body) as? [[String: Any]])
        // The names are read first, so that details of a message do not overlap the next call.
        let files = items.compactMap { $0["file"] as? String }
        var mails: [Data] = []
        for file in files { mails.append(try await send("GET", url: mailControl + "/messages/" + file).body) }
        return mails
    }

    /// Runs a statement as the owner of the database; returns the first column of each row.
    @discardableResult
    func query(_ sql: String) throws -> [String] {
        try Tool.run("psql", ["-X", "-At", "-v", "ON_ERROR_STOP=1", "-c", sql, cluster.url])
            .split(separator: "\n").map(String.init)
    }

    /// Starts a payment of the installment with this IUV.
    func pay(
        iuv: String, key: String = UUID().uuidString, email: String = "pagante@example.org",
        returnURL: String = "http://localhost:3000/esito", psp: String = "ABCDITMM"
    ) async throws -> Answer {
        let choice = try await call("GET", "/v1/psps?payment_method=CP&amount_cents=5980", key: apiKey).json
        let row = try #require(
            (choice["items"] as? [[String: any Sendable]])?.first { $0["psp_id"] as? String == psp })
        let notice = "3\(iuv)"
        return try await call(
            "POST", "/v1/payment-attempts", key: apiKey,
            json: """
                {"installments":[{"creditor_tax_code":"\(Self.creditor)","notice_number":"\(notice)"}],
                "payment_method":"CP","psp_id":"\(psp)","channel_id":"\(row["channel_id"] as? String ?? "")",
                "payer":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Pagante"},
                "email":"\(email)","return_url":"\(returnURL)","language":"it"}
                """, headers: ["Idempotency-Key": key])
    }

    func mailCount(to address: String) async throws -> Int {
        let answer = try await send("GET", url: mailControl + "/messages")
        return String(decoding: answer.body, as: UTF8.self).components(separatedBy: "\"\(address)\"").count - 1
    }
}

/// The stopped cluster of which every deployment has a copy: all migrations and the demo data. It is made once, because that takes longer
/// than most tests.
private struct DemoCluster {
    /// The address of the simulator in the demo data, which every deployment replaces by its own.
    static let simulator = "http://127.0.0.1:1"
    private static let created = Mutex<PrivateCluster?>(nil)

    let cluster: PrivateCluster
    /// The output of `demo-data`, with the keys and secrets.
    let demo: Data

    static let template = Result { () throws -> DemoCluster in
        let cluster = try PrivateCluster()
        created.withLock { $0 = cluster }
        atexit { DemoCluster.created.withLock { $0 }?.remove() }
        let folder = FileManager.default.temporaryDirectory.appending(path: "quietanza-demo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = Deployment.binaries.appending(path: "quietanza").path
        let environment = [
            "DATABASE_URL": cluster.url, "RESOURCES_DIRECTORY": Deployment.project.path,
            "SECRETS_KEY": Deployment.secretsKey, "PUBLIC_URL": "http://127.0.0.1",
            "SMTP_URL": "smtp://127.0.0.1?tls=none", "MAIL_FROM": "quietanza@example.org",
            "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8",
        ]
        try ServiceProcess.finish(program, ["migrate"], environment, log: folder.appending(path: "migrate.log"))
        let demo = folder.appending(path: "demo.json")
        try ServiceProcess.finish(
            program, ["demo-data", "--format", "json", "--simulator-url", simulator], environment, log: demo)
        let output = try Data(contentsOf: demo)
        try cluster.stop("fast")
        return DemoCluster(cluster: cluster, demo: output)
    }
}

/// One process of the deployment, stopped by its process id.
final class ServiceProcess: Sendable {
    /// The program and the name of its log, for messages.
    let name: String
    private let process: Process
    private let log: URL
    // `waitUntilExit` runs a run loop and may miss the end of a process on a thread of the concurrency pool.
    private let ended: DispatchGroup

    init(_ program: String, _ arguments: [String], _ environment: [String: String], log: URL) throws {
        name = "\(URL(fileURLWithPath: program).lastPathComponent) (\(log.lastPathComponent))"
        self.log = log
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let output = try FileHandle(forWritingTo: log)
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        let group = DispatchGroup()
        group.enter()
        ended = group
        process.terminationHandler = { _ in group.leave() }
        do {
            try process.start()
        } catch {
            group.leave()
            throw error
        }
        // The child has its own copy; a Process object may live long and hold its files open.
        try? output.close()
    }

    static func finish(_ program: String, _ arguments: [String], _ environment: [String: String], log: URL) throws {
        let process = try ServiceProcess(program, arguments, environment, log: log)
        guard process.exitStatus(withinSeconds: 60) == 0 else {
            throw Deployment.NotReady(
                description: "\(arguments): " + ((try? String(contentsOf: log, encoding: .utf8)) ?? ""))
        }
    }

    var isRunning: Bool { process.isRunning }
    /// The output of the program so far.
    var output: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }
    var processID: Int32 { process.processIdentifier }

    /// The resident memory of the process, as the kernel reports it.
    var residentBytes: Int {
        let path = "/proc/\(process.processIdentifier)/statm"
        let fields = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: " ") ?? []
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    /// Sends SIGTERM and returns the exit status; -1 if the process had to be killed.
    @discardableResult
    func stop() -> Int32 {
        if process.isRunning { process.terminate() }
        return exitStatus(withinSeconds: 20)
    }

    func send(_ signal: Int32) {
        _ = Glibc.kill(process.processIdentifier, signal)
    }

    func kill() {
        _ = Glibc.kill(process.processIdentifier, SIGKILL)
        _ = exitStatus(withinSeconds: 5)
    }

    func exitStatus(withinSeconds seconds: Int) -> Int32 {
        guard ended.wait(timeout: .now() + .seconds(seconds)) == .success else {
            _ = Glibc.kill(process.processIdentifier, SIGKILL)
            _ = ended.wait(timeout: .now() + .seconds(5))
            return -1
        }
        return process.terminationReason == .exit ? process.terminationStatus : -1
    }
}
