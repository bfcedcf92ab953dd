using System.Collections.Concurrent;
using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Control;
using Nines.Core.Observations;
using Nines.Judging;
using Nines.Web.Api.Documents;
using NodaTime;

namespace Nines.Cli.Watching;

/// <summary>
/// Looks at components that people asked for: finds what they saw among all observations. Any look that began after somebody asked answers him, for
/// it saw what his would have seen.
/// </summary>
/// <remarks>The watcher's loop owns it; only <see cref="LastOf"/> is safe to call from anywhere.</remarks>
internal sealed class AskedLooks
{
    /// <summary>Who asks is told by then what has come; most looks and the check of our path after them end sooner.</summary>
    public static readonly Duration LongestWait = Duration.FromSeconds(20);

    /// <summary>What comes later than this is not waited for: the watch ended the probe, or its component is paused.</summary>
    public static readonly Duration LongestLook = Duration.FromMinutes(5);

    private readonly ConcurrentDictionary<ComponentId, AskedLooksDocument> last = new();
    private readonly Dictionary<ComponentId, Waiting> waiting = [];   // of thousands, while a window of theirs begins

    private sealed record Waiting(Instant At, TaskCompletionSource<AskedLooksDocument> Told)
    {
        public required Dictionary<(string Probe, string From), ProbeDefinition> Wanted { get; init; }
    }

    /// <summary>What came of the last look at it that somebody asked for, as far as it has come; null where nobody did.</summary>
    public AskedLooksDocument? LastOf(ComponentId component) => last.GetValueOrDefault(component);

    /// <summary>How long it takes until the component may be looked at again; null when it may be now.</summary>
    public Duration? TooSoon(ComponentId component, Instant now) =>
        LastOf(component) is { AskedAt: var before } && now - before < ControlCommand.Look.Spacing ? before + ControlCommand.Look.Spacing - now : null;

    /// <summary>Waits for what the probes see from now on.</summary>
    /// <param name="probe">Only by this one, which it has; null for all.</param>
    /// <returns>Completes with what was seen when all have looked, or <see cref="LongestWait"/> has passed.</returns>
    public Task<AskedLooksDocument> Begin(Component component, string? probe, string by, Instant now)
    {
        var slots = component.Probes.Where(one => probe is null || one.Id.Name == probe).SelectMany(one => one.From.Select(from => (Probe: one, From: from.Value))).ToList();
        last[component.Id] = new AskedLooksDocument(component.Id, probe, now, by, [.. slots.Select(slot => new AskedLookDocument(slot.Probe.Id.Name, slot.From, null, null, null, null))]);
        // An older one is told of by what it saw itself: the newer one's document takes its place.
        if (waiting.TryGetValue(component.Id, out var older)) older.Told.TrySetResult(last[component.Id]);
        var begun = new Waiting(now, new TaskCompletionSource<AskedLooksDocument>(TaskCreationOptions.RunContinuationsAsynchronously))
        {
            Wanted = slots.ToDictionary(slot => (slot.Probe.Id.Name, slot.From), slot => slot.Probe),
        };
        waiting[component.Id] = begun;
        return begun.Told.Task;
    }

    public void Saw(Observation observation, Redaction redaction)
    {
        var component = observation.Probe.Component;
        if (!waiting.TryGetValue(component, out var one) || observation.Started < one.At || !one.Wanted.Remove((observation.Probe.Name, observation.From.Value), out var probe)) return;
        var looks = last[component].Looks;
        var index = looks.IndexOf(looks.First(look => look.Probe == probe.Id.Name && look.VantagePoint == observation.From.Value));
        var seen = new AskedLookDocument(
            probe.Id.Name, observation.From.Value, observation.Started, observation.Ended, LookedState.Of(observation, probe),
            SingleLook.Describe(probe, observation.From, observation.Outcome, observation.Signals, redaction));
        last[component] = last[component] with { Looks = looks.SetItem(index, seen) };
    }

    /// <summary>Tells those for whom all has come, or who have waited long enough. To be called when what was seen is judged and on record.</summary>
    public void Tell(Instant now)
    {
        foreach (var (component, one) in waiting)
        {
            if (one.Wanted.Count == 0 || now - one.At >= LongestWait) one.Told.TrySetResult(last[component]);
            if (one.Wanted.Count == 0 || now - one.At >= LongestLook) waiting.Remove(component);   // which a dictionary allows while it is gone through
        }
    }

    /// <summary>Nothing more will be seen.</summary>
    public void End()
    {
        foreach (var (component, one) in waiting) one.Told.TrySetResult(last[component]);
        waiting.Clear();
    }
}
