using System.Globalization;
using Nines.Bench.Processes;
using Nines.Core;

namespace Nines.Bench.Protocols;

/// <summary>Trading venues by FIX and by signed REST orders, and the signers behind a custody: stand-ins of the lab, each with the fault of its scenario.</summary>
internal sealed class VenueScenarios : ProtocolPart
{
    private const string Key = "nines-lab-key-0001", Secret = "bmluZXMtbGFiLXNlY3JldC0wMDAx";

    private readonly List<ProtocolScenario> scenarios = [];
    private readonly List<string> components = [];

    public override string Name => "venue";

    public override IReadOnlyList<ProtocolScenario> Scenarios => scenarios;

    public override string Config => "components:\n" + string.Concat(components);

    public override async Task StartAsync(BenchOptions options, string folder)
    {
        var healthy = await OwnServiceAsync(options, "fix");
        await FixAsync(options, healthy, "test-request-unanswered", State.Down, CauseKind.Technical, "silent?on=1", "silent?on=0");
        await FixAsync(options, healthy, "sequence-reset", State.Degraded, CauseKind.Technical, "reset", null);
        await FixAsync(options, healthy, "clock-2s-off", State.Degraded, CauseKind.Technical, "clock?ms=2000", "clock?ms=0");
        await FixAsync(options, healthy, "maintenance-status", State.EffectivelyDown, CauseKind.Maintenance, "status?status=maintenance", "status?status=trading", says: "101");
        await FixAsync(options, healthy, "disconnect-at-24h", State.Up, null, "lifetime?ms=1500", "lifetime?ms=0");
        await FixAsync(options, healthy, "fix-orders-refused", State.EffectivelyDown, CauseKind.Technical, "refuse-orders?on=1", "refuse-orders?on=0", orders: true, says: "order entry is not available");
        await RestAsync(options);
        await SignersAsync(options);
    }

    /// <summary>An acceptor of its own for the scenario; all twins share a healthy one, each by its own CompID.</summary>
    private async Task FixAsync(BenchOptions options, LabService healthy, string name, State expected, CauseKind? cause, string fault, string? end, bool orders = false, string? says = null)
    {
        var acceptor = await OwnServiceAsync(options, "fix");
        foreach (var (component, service) in new[] { (name, acceptor), ($"{name}-twin", healthy) })
        {
            var admin = service.Ready.GetProperty("admin_port").GetInt32();
            // Under the keys of the probe, whose list begins at the margin.
            var block = orders
                ? string.Create(CultureInfo.InvariantCulture, $$"""
                            orders: { side: buy, quantity: 0.01, price: 100, lowest: 50, highest: 200, daily_cap: 1000, every: 5s, market: { url: "http://127.0.0.1:{{admin}}/admin/book", at: "$.bids[0][0]" } }

                      """)
                : "";
            components.Add($$"""
              - name: {{component}}
                kind: venue
                probes:
                  - fix: {{service.Ready.GetProperty("target").GetString()}}
                    sender_comp_id: {{component}}
                    target_comp_id: VENUE
                    comp_id_is_dedicated: true
                    tls: false
                    heartbeat: 1s
                    logon_every: 1s
                    status: session
                    symbol: ETH-USD
                    words: { "101": maintenance }

              """ + block);
        }
        scenarios.Add(Switched(acceptor, name, expected, cause, fault, end, says));
    }

    private async Task RestAsync(BenchOptions options)
    {
        const string Name = "orders-fail-book-moves";
        var (venue, healthy) = (await OwnServiceAsync(options, "venue"), await OwnServiceAsync(options, "venue"));
        foreach (var (component, service) in new[] { (Name, venue), ($"{Name}-twin", healthy) })
        {
            components.Add($$"""
              - name: {{component}}
                kind: venue
                probes:
                  - venue_orders: {{service.Ready.GetProperty("url").GetString()}}
                    shape: binance
                    symbol: ETHUSDT
                    key: {{Key}}
                    secret: {{Secret}}
                    orders: { side: buy, quantity: 0.01, lowest: 1, highest: 100000, daily_cap: 10000, every: 5s }

              """);
        }
        scenarios.Add(Switched(venue, Name, State.EffectivelyDown, CauseKind.Technical, "refuse-orders?on=1", "refuse-orders?on=0", "Order entry is not available"));
    }

    /// <summary>Two of three: with one gone it is degraded and can sign; with two it cannot.</summary>
    private async Task SignersAsync(BenchOptions options)
    {
        var signers = new List<LabService>();
        foreach (var name in new[] { "signer-threshold-lost", "signer-threshold-lost-twin" })
        {
            LabService[] three = [await OwnServiceAsync(options, "signer"), await OwnServiceAsync(options, "signer"), await OwnServiceAsync(options, "signer")];
            signers.AddRange(three);
            components.Add($$"""
              - name: {{name}}
                kind: custody
                probes:
                  - signer: [{{string.Join(", ", three.Select(signer => signer.Ready.GetProperty("url").GetString()))}}]
                    threshold: 2
                    keys: /api/v1/eth2/publicKeys
                    min_keys: 4

              """);
        }
        scenarios.Add(new ProtocolScenario("signer-threshold-lost", State.Down, CauseKind.Technical, () => DuringAsync(() => Task.WhenAll(signers[0].CommandAsync("/admin/down?on=1"), signers[1].CommandAsync("/admin/error?on=1"))))
        {
            HealAsync = () => DuringAsync(() => Task.WhenAll(signers[0].CommandAsync("/admin/down?on=0"), signers[1].CommandAsync("/admin/error?on=0"))), MustSay = "slashing-protection-db",
        });
    }

    private static ProtocolScenario Switched(LabService service, string name, State expected, CauseKind? cause, string fault, string? end, string? says) =>
        new(name, expected, cause, () => DuringAsync(() => service.CommandAsync("/admin/" + fault)))
        {
            HealAsync = end is null ? null : () => DuringAsync(() => service.CommandAsync("/admin/" + end)), MustSay = says,
        };
}
