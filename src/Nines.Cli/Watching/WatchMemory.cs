using System.Text.Json;
using Nines.Backbone.Journal;
using Nines.Core.Facts;
using Nines.Probing.Heartbeat;
using NodaTime;

namespace Nines.Cli.Watching;

/// <summary>What a run has to know of the runs before it, apart from the judge's memory.</summary>
/// <param name="LastInstant">The last instant on record: no later run begins before it, whatever the wall clock says.</param>
/// <param name="RulesEntered">When each maintenance rule, as it is written now, was first seen (TRUTH 12: late entry).</param>
/// <param name="Orders">What people told the watcher to do.</param>
/// <param name="Beats">When each job last reported, by the name of its probe.</param>
internal sealed record WatchMemory(Instant? LastInstant, Dictionary<string, Instant> RulesEntered, StandingOrders Orders, Dictionary<string, Instant> Beats)
{
    /// <summary>Owns what probes keep over a restart, a piece each.</summary>
    public const string ProbeOwner = "probe";

    private const string Owner = "watch", LastKey = "last_instant", RulesKey = "rules_entered", OrdersKey = "orders", BeatsKey = "last_beats";

    public static async Task<WatchMemory> ReadAsync(IJournal journal, CancellationToken cancellation)
    {
        var kept = await journal.SnapshotsAsync(Owner, cancellation);
        return new WatchMemory(
            kept.TryGetValue(LastKey, out var last) ? JsonSerializer.Deserialize<Instant>(last, FactJson.Options) : null,
            kept.TryGetValue(RulesKey, out var rules) ? JsonSerializer.Deserialize<Dictionary<string, Instant>>(rules, FactJson.Options) ?? [] : [],
            kept.TryGetValue(OrdersKey, out var orders) ? JsonSerializer.Deserialize<StandingOrders>(orders, FactJson.Options) ?? new() : new(),
            kept.TryGetValue(BeatsKey, out var beats) ? JsonSerializer.Deserialize<Dictionary<string, Instant>>(beats, FactJson.Options) ?? [] : []);
    }

    public static Snapshot At(Instant now) => new(Owner, LastKey, JsonSerializer.SerializeToUtf8Bytes(now, FactJson.Options));

    public static Snapshot Of(StandingOrders orders) => new(Owner, OrdersKey, JsonSerializer.SerializeToUtf8Bytes(orders, FactJson.Options));

    public static Snapshot Of(LastBeats beats) => new(Owner, BeatsKey, JsonSerializer.SerializeToUtf8Bytes(beats.All, FactJson.Options));

    public Snapshot Rules() => new(Owner, RulesKey, JsonSerializer.SerializeToUtf8Bytes(RulesEntered, FactJson.Options));
}
