using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Nines.Core.Components;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Cli.Watching;

/// <summary>A maintenance window that a person declared by hand, or that a rule did and that was told.</summary>
/// <param name="EndedAt">When it was ended before its time; null while nobody did.</param>
/// <param name="EndedBy">Who did; null when the config no longer has its rule.</param>
internal sealed record DeclaredWindow(string Id, ImmutableArray<ComponentId> Components, Instant From, Instant To, bool ByHand, Instant? EndedAt = null, string? EndedBy = null)
{
    [JsonIgnore]
    public Instant End => EndedAt is { } at && at < To ? Instant.Max(at, From) : To;

    public bool IsActive(Instant now) => From <= now && now < End;
}

/// <param name="Until">When looking begins again by itself; null when somebody has to say so.</param>
internal sealed record Pause(Instant? Until, string By, string? Reason);

/// <summary>
/// What people told the watcher and what it must not forget over a restart: windows declared by hand or ended early, and paused
/// components. One loop owns it; it is kept in the same append as the facts that tell the same.
/// </summary>
internal sealed record StandingOrders
{
    /// <summary>The judge knows the windows of the last day; a day more for its memory.</summary>
    private static readonly Duration KeptFor = Duration.FromDays(2);

    /// <summary>How many windows were declared by hand so far: their names count on.</summary>
    public int Declared { get; set; }

    public Dictionary<string, DeclaredWindow> Windows { get; init; } = [];
    public Dictionary<ComponentId, Pause> Paused { get; init; } = [];

    [JsonIgnore]
    public IReadOnlySet<ComponentId> PausedComponents => Paused.Keys.ToHashSet();

    /// <param name="from">Now, or later: whoever enters a window late excludes nothing before (TRUTH 12).</param>
    public MaintenanceEntered Declare(ImmutableArray<ComponentId> components, Instant now, Instant from, Instant to, string by, string? reason)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"manual-{++Declared}");
        Windows.Add(id, new DeclaredWindow(id, components, from, to, ByHand: true));
        return new MaintenanceEntered(now, id, components, from, to) { By = by, Reason = reason };
    }

    public MaintenanceEnded End(string window, Instant now, string? by)
    {
        Windows[window] = Windows[window] with { EndedAt = now, EndedBy = by };
        return new MaintenanceEnded(now, window, by);
    }

    public void Forget(Instant now)
    {
        foreach (var old in Windows.Values.Where(window => window.To < now - KeptFor).ToArray()) Windows.Remove(old.Id);
    }
}
