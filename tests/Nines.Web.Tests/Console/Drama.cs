using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Rates;

namespace Nines.Web.Tests.Console;

/// <summary>
/// A journal with something on every page: a shop over two nodes behind a gate and a database alone, an outage that is over, one that is open and
/// took another along, maintenance with an overrun, and what people said.
/// </summary>
internal static class Drama
{
    public const string Config = """
        {"policy":"strict","components":[
          {"name":"shop","kind":"dapp","chain":"mainnet","needs":{"at_least":3,"of":["page","rpc","db"]}},
          {"name":"desk","kind":"venue","needs":"db"},
          {"name":"page","kind":"infra"},
          {"name":"rpc","kind":"provider","needs":{"at_least":1,"of":["node-a","node-b"]}},
          {"name":"node-a","kind":"node","chain":"mainnet"},
          {"name":"node-b","kind":"node","chain":"mainnet"},
          {"name":"mainnet","kind":"chain"},
          {"name":"db","kind":"infra"},
          {"name":"clock","kind":"oracle"}
        ]}
        """;

    public static readonly ImmutableArray<(string Name, ComponentKind Kind, string[] Needs)> Components =
    [
        ("shop", ComponentKind.Dapp, ["mainnet", "page", "rpc", "db"]), ("desk", ComponentKind.Venue, ["db"]), ("page", ComponentKind.Infra, []), ("rpc", ComponentKind.Provider, ["node-a", "node-b"]),
        ("node-a", ComponentKind.Node, ["mainnet"]), ("node-b", ComponentKind.Node, ["mainnet"]), ("mainnet", ComponentKind.Chain, []), ("db", ComponentKind.Infra, []), ("clock", ComponentKind.Oracle, []),
    ];

    /// <summary>As a config on record has them.</summary>
    public static ImmutableArray<ComponentSummary> Summaries { get; } =
    [
        .. Components.Select(one => new ComponentSummary(
            new ComponentId(one.Name), one.Kind, ImmutableSortedDictionary<string, string>.Empty, [.. one.Needs.Select(need => new ComponentId(need))], ["eu", "us"], NodaTime.Duration.FromSeconds(35))),
    ];

    /// <summary>The shop earns 3,600 USD an hour, node-a 120 give or take a fifth.</summary>
    public static PricingOptions Pricing { get; } = new()
    {
        Losses =
        [
            new LossOptions { Component = new ComponentId("shop"), Rate = new RateLossOptions { Amount = new Amount(3_600, Currency.Usd) } },
            new LossOptions { Component = new ComponentId("node-a"), Rate = new RateLossOptions { Amount = new Amount(120, Currency.Usd), Spread = 0.2m } },
        ],
    };

    private static readonly VantagePointId Eu = new("eu-1"), Us = new("us-1");

    /// <summary>Judged until an hour after <see cref="Watched.Zero"/>.</summary>
    public static async Task<Watched> PlayAsync(Watched? into = null)
    {
        var watched = into ?? new Watched();
        await watched.AddAsync(
            new ConfigLoaded(At(0), "digest", Config, "0.5.0", "2026a", Summaries),
            new WatchStarted(At(0), "run-1", "host"));
        foreach (var (name, _, _) in Components)
            if (name != "clock") await watched.AddAsync(new TimelineRevised(At(1), new ComponentId(name), null, At(0), [Watched.In(0, State.Up)]));

        await OverAsync(watched);
        await MaintenanceAsync(watched);
        await OpenAsync(watched);
        watched.Until = 3600;
        await watched.AddAsync(new Core.Facts.Watched(At(3600), "run-1", []));
        return watched;
    }

    /// <summary>node-a-1: seen from two places, with a hole, noted, its cause corrected.</summary>
    private static async Task OverAsync(Watched watched)
    {
        var refused = new Cause(CauseKind.Technical, "connection refused") { Code = "connection_refused" };
        Segment Down(double from, State best, State likely, State worst = State.Down) => new(At(from), best, likely, worst) { Outage = "node-a-1", Cause = refused };
        ImmutableArray<Reason> tried = [new("security", false, "nothing tells of an attack"), new("congestion", false, "no fee was too high"), new("technical", true, "connection refused")];
        await watched.AddAsync(
            Changed("node-a", Eu, State.Up, State.Down, 595, 605, refused, tried), Changed("node-a", Us, State.Up, State.Down, 600, 612, refused, tried),
            new TimelineRevised(At(612), new ComponentId("node-a"), null, At(595), [Down(595, State.Up, State.Up), Down(602, State.Up, State.Down), Down(612, State.Down, State.Down)]),
            new TimelineRevised(At(612), new ComponentId("node-a"), "eu", At(595), [Down(595, State.Up, State.Down), Down(605, State.Down, State.Down)]),
            new NoticeSent(At(615), "node-a-1", "opened", "ops", null), new NoticeSent(At(616), "node-a-1", "opened", "chat", "answered 404"),
            new OutageAcknowledged(At(640), "node-a-1", "ada", "restarting <it>"),
            new TimelineRevised(At(760), new ComponentId("node-a"), null, At(700), [Segment.Unseen(At(700)) with { Outage = "node-a-1" }, Down(760, State.Down, State.Down)]),
            Changed("node-a", Eu, State.Down, State.Up, 895, 905, null, null),
            new TimelineRevised(At(905), new ComponentId("node-a"), null, At(895), [Down(895, State.Up, State.Down), Down(900, State.Up, State.Up), Watched.In(905, State.Up)]),
            new NoticeSent(At(907), "node-a-1", "closed", "ops", null),
            new OutageNoted(At(1000), "node-a-1", "ada", "The disk was full.\n<script>alert(1)</script>"),
            new CauseCorrected(At(1010), "node-a-1", "ben", CauseKind.Maintenance, "somebody rotated the disks"));
    }

    /// <summary>Three windows: one over with an overrun on page, one under way on node-b, one to come.</summary>
    private static async Task MaintenanceAsync(Watched watched)
    {
        var overran = new Cause(CauseKind.Maintenance, "overran window manual-1");
        await watched.AddAsync(
            new MaintenanceEntered(At(1200), "manual-1", [new("page")], At(1200), At(1500)) { By = "ada", Reason = "new certificates" },
            new TimelineRevised(At(1210), new ComponentId("page"), null, At(1205), [new Segment(At(1205), State.Down, State.Down, State.Down) { Window = "manual-1" }]),
            new TimelineRevised(At(1510), new ComponentId("page"), null, At(1500), [new Segment(At(1500), State.Down, State.Down, State.Down) { Outage = "page-1", Cause = overran }, Watched.In(1700, State.Up)]),
            new MaintenanceEntered(At(3000), "manual-2", [new("node-b")], At(3000), At(6600)) { By = "ben", Reason = "upgrade" },
            new MaintenanceEntered(At(3000), "weekly@2026-05-02", [new("db"), new("page")], At(90_000), At(93_600)),
            new MaintenanceEntered(At(100), "manual-0", [new("db")], At(100), At(400)) { By = "ada" }, new MaintenanceEnded(At(200), "manual-0", "ada"));
    }

    /// <summary>db-1 is open, and took shop along.</summary>
    private static async Task OpenAsync(Watched watched)
    {
        var broken = new Cause(CauseKind.Technical, "timed out after 5 s") { Code = "timed_out_connect" };
        var upstream = new Cause(CauseKind.Upstream, "db is down") { Roots = [new("db")], Code = "timed_out_connect" };
        await watched.AddAsync(
            Changed("db", Eu, State.Up, State.Down, 3290, 3300, broken, null),
            new TimelineRevised(At(3300), new ComponentId("db"), null, At(3290), [new Segment(At(3290), State.Up, State.Down, State.Down) { Outage = "db-1", Cause = broken }, new Segment(At(3300), State.Down, State.Down, State.Down) { Outage = "db-1", Cause = broken }]),
            new TimelineRevised(At(3302), new ComponentId("shop"), null, At(3290), [new Segment(At(3290), State.Up, State.EffectivelyDown, State.EffectivelyDown) { Outage = "shop-1", Cause = upstream }, new Segment(At(3300), State.EffectivelyDown, State.EffectivelyDown, State.EffectivelyDown) { Outage = "shop-1", Cause = upstream }]),
            new NoticeSent(At(3305), "db-1", "opened", "ops", null));
    }

    private static StateChanged Changed(string component, VantagePointId from, State before, State after, double earliest, double latest, Cause? because, ImmutableArray<Reason>? reasons) => new(
        At(latest), new ProbeId(new ComponentId(component), "probe"), from, before, after, new Bounds(At(earliest), At(latest)), because,
        [
            new Evidence(At(earliest), At(earliest + 0.2), from, "answered", "in 200 ms"),
            new Evidence(At(latest - 1), At(latest), from, after == State.Up ? "answered" : "refused", after == State.Up ? "in 190 ms" : "connection_refused: no") { Control = "gateway" },
        ]) { Reasons = reasons };

    private static NodaTime.Instant At(double seconds) => Watched.At(seconds);
}
