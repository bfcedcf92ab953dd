using System.Globalization;
using Nines.Bench.Truths;

namespace Nines.Bench.Scenarios;

/// <summary>blackbox_exporter set up to look for the same as Nines, as far as its modules go: up or down, without degraded.</summary>
internal static class ScenarioPeer
{
    public static PeerSetup Setup(IReadOnlyList<(Scenario Scenario, int Port)> targets, string rootFile) => new(
        ScenarioBench.Every, ScenarioBench.Timeout + PeerSetup.KeptByExporter, Modules(rootFile),
        [.. targets.GroupBy(target => target.Scenario.Module)
            .Select(module => (NameOf(module.Key), module.Select(target => (target.Scenario.Name, target.Scenario.PeerTarget(target.Port))).ToArray()))]);

    private static string NameOf(PeerModule module) => module.ToString().ToLowerInvariant();

    private static string Modules(string rootFile)
    {
        var timeout = string.Create(CultureInfo.InvariantCulture, $"timeout: {ScenarioBench.Timeout.TotalSeconds}s");
        return $$"""
              page:
                prober: http
                {{timeout}}
                http: { valid_status_codes: [200], preferred_ip_protocol: ip4 }
              nocontent:
                prober: http
                {{timeout}}
                http: { valid_status_codes: [200, 204], preferred_ip_protocol: ip4 }
              strict:
                prober: http
                {{timeout}}
                http:
                  valid_status_codes: [200]
                  preferred_ip_protocol: ip4
                  fail_if_body_not_matches_regexp: ["Prices of today", "/static/app.js"]
                  fail_if_body_matches_regexp: ["Something went wrong"]
              secured:
                prober: http
                {{timeout}}
                http: { valid_status_codes: [200], preferred_ip_protocol: ip4, tls_config: { ca_file: "{{rootFile}}" } }
              connect:
                prober: tcp
                {{timeout}}
              pong:
                prober: tcp
                {{timeout}}
                tcp: { query_response: [ { send: "PING" }, { expect: "^[+]PONG" } ] }
              name:
                prober: dns
                {{timeout}}
                dns:
                  query_name: {{NameServer.Name}}
                  query_type: A
                  transport_protocol: udp
                  preferred_ip_protocol: ip4
                  validate_answer_rrs: { fail_if_not_matches_regexp: ["{{NameServer.Address}}"], fail_if_none_matches_regexp: ["{{NameServer.Address}}"] }
            """;
    }
}
