import Foundation
import Testing

@testable import Portal

@Suite struct MetricsTests {
    /// The value of a sample, by its name and labels as written.
    private func value(_ text: String, _ sample: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix(sample + " ") }.map { String($0.dropFirst(sample.count + 1)) }
    }

    @Test func `pages are counted by the pattern of their route, never by their path`() async {
        let browser = Browser.inWorld()
        await browser.signIn()
        for path in ["/documents/p1", "/documents/p2", "/documents/segreto", "/pay/p1/1", "/nessuna/RSSMRA80A01H501U"] {
            await browser.get(path)
        }
        await browser.get(browser.app.assets.stylePath)
        let text = browser.app.metrics.text
        let name = "http_server_request_duration_seconds_count"
        #expect(value(text, name + #"{method="GET",route="/documents/:id",status="200"}"#) == "2")
        #expect(value(text, name + #"{method="GET",route="/documents/:id",status="404"}"#) == "1")
        #expect(value(text, name + #"{method="GET",route="/pay/:position/:numbers",status="200"}"#) == "1")
        #expect(value(text, name + #"{method="GET",route="unknown",status="404"}"#) == "1")
        #expect(value(text, name + #"{method="GET",route="/assets",status="200"}"#) == "1")
        #expect(value(text, name + #"{method="POST",route="/sign-in",status="303"}"#) == "1")
        for secret in ["RSSMRA", "segreto", "p1", "access-1"] { #expect(!text.contains(secret), "\(secret)") }
    }

    @Test func `an invented method does not make a series of its own`() async {
        let browser = Browser.inWorld()
        for number in 0..<50 { _ = await browser.send(method: "M\(number)", "/") }
        let text = browser.app.metrics.text
        #expect(!text.contains("M49"))
        #expect(
            value(text, #"http_server_request_duration_seconds_count{method="other",route="unknown",status="405"}"#)
                == "50")
    }

    @Test func `calls to the service are counted by status, those without an answer as 0`() async {
        let browser = Browser.inWorld()
        await browser.signIn()
        await browser.get("/archive")
        browser.service.goAway()
        await browser.get("/archive")
        let text = browser.app.metrics.text
        #expect(value(text, #"api_request_duration_seconds_count{method="POST",status="200"}"#) == "1")
        #expect(value(text, #"api_request_duration_seconds_count{method="GET",status="200"}"#) == "1")
        #expect(value(text, #"api_request_duration_seconds_count{method="GET",status="0"}"#) == "1")
    }

    @Test func `attempts to sign in are counted by area and result`() async {
        let browser = Browser.inWorld()
        await browser.signIn()
        await browser.signInStaff()
        let other = Browser(browser.service) { $0.offersDesk = true }
        other.service.refuse("POST /v1/sessions", status: 401, code: "sign-in-failed")
        await other.get("/sign-in")
        await other.post("/sign-in", ["username": "a", "password": "b"])
        await other.get("/desk/sign-in")
        await other.post("/desk/sign-in", ["api_key": "corta"])
        for (app, result) in [(browser.app, "ok"), (other.app, "refused")] {
            for area in ["citizens", "desk"] {
                #expect(value(app.metrics.text, #"sign_in_total{area="\#(area)",result="\#(result)"}"#) == "1")
            }
        }
    }

    @Test func `every metric has its line of help, and the process reports itself`() async {
        let browser = Browser.inWorld()
        await browser.signIn()
        await browser.get("/archive")
        let lines = browser.app.metrics.text.split(separator: "\n")
        let names = lines.filter { $0.hasPrefix("# TYPE ") }.compactMap { $0.split(separator: " ").dropFirst(2).first }
        #expect(names.count == 6 && Set(names).count == 6)
        for name in names { #expect(lines.contains { $0.hasPrefix("# HELP \(name) ") }, "\(name)") }
        #expect(lines.contains { $0 == #"build_info{version="\#(PortalProgram.version)"} 1"# })
        let started = Double(value(browser.app.metrics.text, "process_start_time_seconds") ?? "") ?? 0
        #expect(abs(started - Date().timeIntervalSince1970) < 600)
    }

    @Test func `metrics and health are on a port of their own, and metrics not among the pages`() async {
        let browser = Browser.inWorld()
        #expect(await browser.get("/metrics").status == 404)
        let metrics = await browser.app.report(on: "/metrics")
        #expect(metrics.status == 200 && metrics.values("content-type") == ["text/plain; version=0.0.4"])
        #expect(await browser.app.report(on: "/live").status == 204)
        #expect(await browser.app.report(on: "/ready").status == 503)
        browser.service.answer("GET /ready", "{}")
        #expect(await browser.app.report(on: "/ready").status == 204)
        for path in ["/", "/sign-in", "/desk", "/archive", "/metrics/", "", "/live/x"] {
            #expect(await browser.app.report(on: path).status == 404, "\(path)")
        }
    }

    @Test(arguments: [("8071", 8_071), ("1", 1), ("65535", 65_535)]) func `the port comes from the settings`(
        text: String, port: Int
    ) throws {
        var environment = SettingsTests.good
        environment["PORTAL_METRICS_PORT"] = text
        #expect(try PortalSettings(environment: environment).metricsPort == port)
    }

    @Test(arguments: ["0", "65536", "-1", "x", "8070"]) func `a port that cannot be used is a fault`(text: String) {
        var environment = SettingsTests.good
        environment["PORTAL_METRICS_PORT"] = text
        let error = #expect(throws: PortalSettings.Faults.self) { try PortalSettings(environment: environment) }
        #expect(error?.faults.count == 1 && error?.faults.first?.contains("PORTAL_METRICS_PORT") == true)
    }

    @Test func `durations of any size are recorded`() {
        let metrics = PortalMetrics(startedAt: .now)
        for seconds in [-1, 0, 0.001, 1, 1e9, .infinity, .nan] as [Double] {
            metrics.countPage(method: "GET", route: "/", status: 200, seconds: seconds)
        }
        #expect(
            value(metrics.text, #"http_server_request_duration_seconds_count{method="GET",route="/",status="200"}"#)
                == "7")
    }
}
