using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Inbound;
using NodaTime;

namespace Nines.Probing.Heartbeat;

public sealed record HeartbeatOptions
{
    [MainOption, Required, Secret, Description("What the job proves itself with: 16 to 200 of A-Z, a-z, 0-9, '-', '_'. It reports to /heartbeat/<token>.")]
    public required string Token { get; init; }

    [Description("Longest time between two beats.")]
    public Duration Expect { get; init; } = Duration.FromHours(1);
}

/// <summary>A job that reports by itself: nothing is asked, what counts is how long it has been silent.</summary>
public sealed class HeartbeatProbeType : ProbeType
{
    public const string Name = "heartbeat";

    public override string Key => Name;
    public override string About => "Listens for a job's own reports and looks at how long ago the last one came.";
    public override Type OptionsType => typeof(HeartbeatOptions);

    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("since_last", SignalUnit.Seconds, "Time since the last beat; before the first one, since Nines began to listen.") { Onset = SignalOnset.Since },
    ];

    public override ImmutableArray<string> DefaultConditions(object options) =>
        [string.Create(CultureInfo.InvariantCulture, $"since_last < {((HeartbeatOptions)options).Expect.TotalSeconds:0.###}s else down")];

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var heartbeat = (HeartbeatOptions)options;
        if (!PassiveToken.IsOne(heartbeat.Token)) yield return new OptionMistake("heartbeat", PassiveToken.Mistake);
        if (heartbeat.Expect < Duration.FromSeconds(1) || heartbeat.Expect > Duration.FromDays(366))
            yield return new OptionMistake("expect", "must be 1s to 366d. Give the longest time between two runs of the job, and some minutes for its own length.");
    }

    public override string? Provider(object options) => null;

    public override bool IsPassive => true;

    public override int CallsPerObservation(object options) => 0;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new HeartbeatProbe(definition, (HeartbeatOptions)definition.Options, environment);
}

/// <summary>Says how long a job has been silent.</summary>
/// <remarks>What came before a restart, or before the process stood still for long, counts for as long as it is expected to: a job that reported in time is not silent. When its time is
/// over, nothing is known until the expected time has passed since then, for it may have reported while nobody listened: that
/// is a probe fault, never health and never an outage.</remarks>
public sealed class HeartbeatProbe(ProbeDefinition definition, HeartbeatOptions options, ProbeEnvironment environment) : Probe
{
    private readonly Readout readout = new(definition.Signals, new HeartbeatProbeType().Signals);
    private readonly Beats? beats = environment.Inbox?.RegisterBeats(options.Token, environment.Now);
    private readonly Instant began = environment.Now();
    private readonly Instant? before = environment.LastBeats.Of(definition.Id);

    public override ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        if (beats is null) return Fault("nothing listens for heartbeats: set listen, as in listen: 127.0.0.1:9464");
        var now = environment.Now();
        if (beats.Last is { } heard) environment.LastBeats.Note(definition.Id, heard);
        var listens = Instant.Max(began, environment.RunsSince());
        var last = beats.Last ?? before;
        if (last is null || last < listens)
        {
            if (now - listens >= options.Expect) last = listens;
            else if (last is null || now - last >= options.Expect) return Fault("no heartbeat since start yet");
        }
        var silence = Duration.Max(Duration.Zero, now - last.Value);
        return ValueTask.FromResult(new Sight(new Outcome.Answered(Duration.Zero), readout.Read([SignalValue.Of(silence.TotalSeconds)], null)));
    }

    public override ValueTask DisposeAsync()
    {
        beats?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ValueTask<Sight> Fault(string reason) => ValueTask.FromResult(new Sight(new Outcome.ProbeFault(reason), []));
}
