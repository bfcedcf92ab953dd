using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Observations;
using NodaTime;

namespace Nines.Probing;

/// <summary>
/// A protocol that Nines can probe. One folder each: the type, its options record, the probe. Types are found by looking
/// through this assembly, so a new folder is all that a new protocol needs.
/// </summary>
public abstract class ProbeType
{
    /// <summary>The key that names it in a config: <c>- http: https://…</c>.</summary>
    public abstract string Key { get; }

    /// <summary>One sentence for the docs and completion.</summary>
    public abstract string About { get; }

    /// <summary>The options record: init-only members with defaults, documented, ranges as attributes. The member marked
    /// <see cref="MainOptionAttribute"/> takes the value beside the key.</summary>
    public abstract Type OptionsType { get; }

    /// <summary>The plain signals that an answer gives, in the order of the values; those that take an argument after them.</summary>
    public abstract ImmutableArray<SignalDefinition> Signals { get; }

    /// <summary>The same, with those that the options name: totalSupply(), reverted(swap). Plain ones stay in front, in the order of the values. Never throws, for options that are wrong too.</summary>
    public virtual ImmutableArray<SignalDefinition> SignalsOf(object options) => Signals;

    /// <summary>Conditions that hold unless the config gives its own on the same signal, as the config would write them.</summary>
    public abstract ImmutableArray<string> DefaultConditions(object options);

    /// <summary>What is wrong with the options beyond what ranges can say; empty when nothing is.</summary>
    public virtual IEnumerable<OptionMistake> Validate(object options) => [];

    /// <summary>What is wrong with the options when so many vantage points look; empty when nothing is.</summary>
    public virtual IEnumerable<OptionMistake> ValidateFrom(object options, int vantagePoints) => [];

    /// <summary>What is wrong with the argument of a signal in a condition (a bad pattern, a bad path), and how to mend it; null when nothing is.</summary>
    public virtual string? MistakeIn(SignalRef signal) => null;

    /// <summary>The same, where the options decide what an argument may be.</summary>
    public virtual string? MistakeIn(SignalRef signal, object options) => MistakeIn(signal);

    /// <summary>Host (and port) that sees the calls, for the calls-per-day table and for rate limits; null when Nines only listens.</summary>
    public abstract string? Provider(object options);

    /// <summary>True when nothing is asked and what counts is what comes in by itself: then the config must listen.</summary>
    public virtual bool IsPassive => false;

    /// <summary>Calls that one observation makes at the provider.</summary>
    public virtual int CallsPerObservation(object options) => 1;

    /// <summary>Everybody who is called in one observation, and how often: for the calls-per-day table. None for a connection that is held.</summary>
    public virtual IEnumerable<(string Provider, int Calls)> CallsOf(object options) => Provider(options) is { } provider ? [(provider, CallsPerObservation(options))] : [];

    /// <summary>A probe that looks from one vantage point. It lives as long as the config does and may hold connections.</summary>
    public abstract Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment);

    public static ImmutableArray<ProbeType> All { get; } =
        [.. typeof(ProbeType).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ProbeType)) && !type.IsAbstract)
            .Select(type => (ProbeType)Activator.CreateInstance(type)!)
            .OrderBy(type => type.Key, StringComparer.Ordinal)];

    public static ProbeType? Find(string key) => All.FirstOrDefault(type => type.Key == key);
}

/// <summary>Looks at one target from one vantage point. Not called twice at the same time.</summary>
public abstract class Probe : IAsyncDisposable
{
    /// <summary>
    /// Looks once. Ends by <paramref name="limit"/> (cancelled then) whatever the target does; never throws for anything the
    /// target sent or failed to send. An exception that escapes is our fault and becomes a probe fault.
    /// </summary>
    public abstract ValueTask<Sight> LookAsync(CancellationToken limit);

    /// <summary>For probes that can hold a connection: called by the scheduler once; <paramref name="broke"/> is to be called when the
    /// connection breaks and when it can be had again. Does nothing by default.</summary>
    public virtual void HoldTripwire(Action<TripwireEvent> broke) { }

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>What a look found: the outcome and the signals' values, in the order of the schema (empty unless answered).</summary>
/// <param name="NeedsControl">True when our own path could be to blame (time-out, reset, no route, DNS): a control check must vouch for it. With a probe fault, which never counts: the check tells whether the vantage point is blind. With an answer: one that our own resolver's trouble would explain.</param>
public readonly record struct Sight(Outcome Outcome, ImmutableArray<SignalValue> Signals, bool NeedsControl = false)
{
    /// <summary>How long news may have been on its way to us: the answer holds as of so much before the look.</summary>
    /// <value>Zero for what is asked just now.</value>
    public Duration NewsDelay { get; init; }

    /// <summary>True when the failure was in name resolution: only control names can vouch then.</summary>
    public bool Resolving { get; init; }
}

/// <summary>A held connection broke (or could be made again) at <paramref name="At"/>: a hint that makes the scheduler probe at once.</summary>
public readonly record struct TripwireEvent(Instant At, bool Broke);

/// <summary>What probes share: the clock, limits on what a target may send.</summary>
public sealed record ProbeEnvironment(TimeProvider Time, Func<Instant> Now)
{
    /// <summary>Most bytes of one answer that are read, after decompression.</summary>
    /// <value>1 MiB; 1 KiB to 64 MiB.</value>
    public int MaxAnswerBytes { get; init; } = 1 << 20;

    /// <summary>Every signal is shown to somebody. Else those that are costly may stay missing where no condition asks for them.</summary>
    public bool EverySignal { get; init; }

    /// <summary>Where jobs report; null when nothing listens for them.</summary>
    public Inbound.Inbox? Inbox { get; init; }

    /// <summary>When each job last reported, before this probe was made.</summary>
    public Heartbeat.LastBeats LastBeats { get; init; } = new([]);

    /// <summary>What probes keep over a restart.</summary>
    public ProbeMemory Memory { get; init; } = new([]);

    /// <summary>End of the maintenance window of a component that holds at an instant; null when none does.</summary>
    public Func<ComponentId, Instant, Instant?> PlannedUntil { get; init; } = static (_, _) => null;

    /// <summary>Since when this process has run without a long stop: what came in during one was not taken.</summary>
    public Func<Instant> RunsSince { get; init; } = static () => Instant.MinValue;

    /// <summary>Told of a defect of ours in what a probe does beside its looks; it is not an observation, and watching goes on.</summary>
    public Action<string, Exception> Troubled { get; init; } = static (_, _) => { };

    /// <summary>Where probes keep what has to be on disk before it is on the wire (numbers of a session, orders that were sent); null where nothing is kept. What may be a second old goes to <see cref="Memory"/>.</summary>
    public string? Folder { get; init; }

    /// <summary>Told of what people should know and is no defect: that we slow down, and why.</summary>
    public Action<string> Noticed { get; init; } = static _ => { };

    /// <summary>Requests that were made where there may be a quota: probes share quotas when they share this.</summary>
    public Quotas.RequestMeter Requests { get; init; } = new();
}

/// <summary>Marks the option that the value beside the probe's key sets.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MainOptionAttribute : Attribute;

/// <summary>A mistake in an option: its name as the config writes it (snake_case), and what is wrong, why, and how to mend it.</summary>
public sealed record OptionMistake(string Option, string Message)
{
    /// <summary>For an option that is a list of groups of keys: which of them, the first being 0; −1 for the option itself.</summary>
    public int Item { get; init; } = -1;

    /// <summary>The key inside that group; null for the group itself.</summary>
    public string? Key { get; init; }
}
