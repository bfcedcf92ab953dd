using System.Collections.Immutable;
using System.Globalization;
using Nines.Core.Components;

namespace Nines.Cli.Config;

/// <summary>What is different in another config, as far as watching is concerned.</summary>
internal sealed record ConfigChange
{
    /// <summary>Probes of which nothing has changed: neither what they ask nor from where, nor a secret that they use.</summary>
    public required ImmutableHashSet<ProbeId> KeptProbes { get; init; }

    public required ImmutableArray<ComponentId> Added { get; init; }
    public required ImmutableArray<ComponentId> Removed { get; init; }

    /// <summary>Components that both have, with other probes, other needs or other labels.</summary>
    public required ImmutableArray<ComponentId> Changed { get; init; }

    /// <summary>What cannot be changed while watching, and how to change it; empty when nothing stands against it.</summary>
    public required ImmutableArray<string> Refusals { get; init; }

    public static ConfigChange Between(LoadedConfig before, LoadedConfig after)
    {
        var (was, now) = (ConfigJson.Identities(before), ConfigJson.Identities(after));
        var refusals = ImmutableArray.CreateBuilder<string>();
        if (before.DataFolder != after.DataFolder)
            refusals.Add($"'data' says {after.DataFolder} now, the records are in {before.DataFolder}: the folder of a running watch cannot be changed. Stop `nines up`, move the folder, start it again.");
        if (!before.Listen.Equals(after.Listen))
            refusals.Add($"'listen' says {after.Listen} now, this watch listens on {before.Listen}: the address of a running watch cannot be changed. Restart `nines up`.");
        if (!SameExport(before.Otlp, after.Otlp)) refusals.Add("'export' is another now: metrics are sent where this run began to send them. Restart `nines up`.");
        if (before.SelfCheck != after.SelfCheck) refusals.Add("'self_check' is another now: this run calls what it began to call. Restart `nines up`.");
        if (!SameSubscriptions(before.Subscriptions?.Written, after.Subscriptions?.Written)) refusals.Add("'subscriptions' is another now: they are taken as this run began to. Restart `nines up`.");
        var (old, fresh) = (was.Components.Keys.ToHashSet(), now.Components.Keys.ToHashSet());
        return new ConfigChange
        {
            KeptProbes = [.. now.Probes.Where(probe => was.Probes.GetValueOrDefault(probe.Key) == probe.Value).Select(probe => probe.Key)],
            Added = [.. fresh.Except(old).Order()],
            Removed = [.. old.Except(fresh).Order()],
            Changed = [.. fresh.Intersect(old).Where(id => now.Components[id] != was.Components[id]).Order()],
            Refusals = refusals.ToImmutable(),
        };
    }

    private static bool SameSubscriptions(SubscriptionsEntry? before, SubscriptionsEntry? after) =>
        before is null || after is null ? before == after
        : before with { WebhookNetworks = after.WebhookNetworks, Proxies = after.Proxies } == after && before.WebhookNetworks.SequenceEqual(after.WebhookNetworks) && before.Proxies.SequenceEqual(after.Proxies);

    private static bool SameExport(OtlpEntry? before, OtlpEntry? after) =>
        before is null || after is null ? before == after : before with { Headers = after.Headers } == after && before.Headers.SequenceEqual(after.Headers);

    /// <summary>In one line: <c>1 component added (shop), 2 changed (a, b)</c>.</summary>
    public override string ToString()
    {
        string[] parts = [.. new[] { Part(Added, "added"), Part(Changed, "changed"), Part(Removed, "removed") }.OfType<string>()];
        return parts.Length == 0 ? "no component is another than before" : string.Join("; ", parts);
    }

    private static string? Part(ImmutableArray<ComponentId> ids, string what) => ids.IsEmpty ? null
        : string.Create(CultureInfo.InvariantCulture, $"{ids.Length} {what} ({string.Join(", ", ids.Take(10))}{(ids.Length > 10 ? ", …" : "")})");
}
