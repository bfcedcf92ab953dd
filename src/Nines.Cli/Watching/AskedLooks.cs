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

    /// <summary>What has not come by then does not come, and is told of no more: the component was paused meanwhile.</summary>
    public static readonly Duration LongestLook = Duration.FromMinutes(5);

    private readonly ConcurrentDictionary<ComponentId, AskedLooksDocument> last = new();
    private readonly List<Waiting> waiting = [];

    private sealed class Waiting(AskedLooksDocument asked, Dictionary<(string Probe, string From), ProbeDefinition> wanted)
    {
        public AskedLooksDocument Document { get; set; } = asked;

        /// <summary>What has not come yet, with how it is read.</summary>
        public Dictionary<(string Probe, string From), ProbeDefinition> Wanted { get; set; } = wanted;

        public TaskCompletionSource<AskedLooksDocument> Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
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
        var begun = Wait(component, probe, by, now);
        last[component.Id] = begun.Document;
        return begun.Told.Task;
    }

    /// <summary>Waits as <see cref="Begin"/> does, for a look that nobody asked for by hand: it is not told of as such.</summary>
    public Task OnceMore(Component component, Instant now) => Wait(component, null, "", now).Told.Task;

    private Waiting Wait(Component component, string? probe, string by, Instant now)
    {
        var slots = SlotsOf(component).Where(slot => probe is null || slot.Key.Probe == probe).ToList();
        var begun = new Waiting(
            new AskedLooksDocument(component.Id, probe, now, by, [.. slots.Select(slot => new AskedLookDocument(slot.Key.Probe, slot.Key.From, null, null, null, null))]), slots.ToDictionary());
        waiting.Add(begun);
        return begun;
    }

    private static IEnumerable<KeyValuePair<(string Probe, string From), ProbeDefinition>> SlotsOf(Component component) =>
        component.Probes.SelectMany(probe => probe.From.Select(from => KeyValuePair.Create((probe.Id.Name, from.Value), probe)));

    /// <param name="observation">By a probe as the config in effect has it.</param>
    public void Saw(Observation observation, Redaction redaction)
    {
        foreach (var one in waiting)
        {
            if (one.Document.Component != observation.Probe.Component || observation.Started < one.Document.AskedAt || !one.Wanted.Remove((observation.Probe.Name, observation.From.Value), out var probe)) continue;
            var looks = one.Document.Looks;
            var index = looks.IndexOf(looks.First(look => look.Probe == probe.Id.Name && look.VantagePoint == observation.From.Value));
            var seen = new AskedLookDocument(
                probe.Id.Name, observation.From.Value, observation.Started, observation.Ended, LookedState.Of(observation, probe),
                SingleLook.Describe(probe, observation.From, observation.Outcome, observation.Signals, redaction));
            Replace(one, looks.SetItem(index, seen));
        }
    }

    /// <summary>Another config is in effect: what it changed is read by it, and what it no longer has is not waited for.</summary>
    public void Change(IEnumerable<Component> components)
    {
        var slots = components.ToDictionary(component => component.Id, component => SlotsOf(component).ToDictionary());
        foreach (var one in waiting)
        {
            var now = slots.GetValueOrDefault(one.Document.Component) ?? [];
            Await(one, one.Wanted.Keys.Where(now.ContainsKey).ToDictionary(slot => slot, slot => now[slot]));
        }
    }

    /// <summary>From now on only these are waited for; what else has not come is left out.</summary>
    private void Await(Waiting one, Dictionary<(string Probe, string From), ProbeDefinition> wanted)
    {
        one.Wanted = wanted;
        Replace(one, [.. one.Document.Looks.Where(look => look.Saw is not null || wanted.ContainsKey((look.Probe, look.VantagePoint)))]);
    }

    /// <summary>An older one is told of to who waits for it; what everybody can read is the newest.</summary>
    private void Replace(Waiting one, ImmutableArray<AskedLookDocument> looks)
    {
        var before = one.Document;
        one.Document = before with { Looks = looks };
        if (ReferenceEquals(LastOf(before.Component), before)) last[before.Component] = one.Document;
    }

    /// <summary>Tells those for whom all has come, or who have waited long enough. To be called when what was seen is judged and on record.</summary>
    public void Tell(Instant now)
    {
        foreach (var one in waiting)
        {
            if (now - one.Document.AskedAt >= LongestLook) Await(one, []);
            if (one.Wanted.Count == 0 || now - one.Document.AskedAt >= LongestWait) one.Told.TrySetResult(one.Document);
        }
        waiting.RemoveAll(one => one.Wanted.Count == 0);
    }

    /// <summary>Nothing more will be seen.</summary>
    public void End()
    {
        foreach (var one in waiting) one.Told.TrySetResult(one.Document);
        waiting.Clear();
    }
}
