using System.Collections.Immutable;
using System.Net;
using Nines.Cli.Config;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Probing;
using NodaTime;

namespace Nines.Cli.Doctor;

/// <summary>What is examined: a config, or what would be in effect without one, on this machine.</summary>
internal sealed record Patient
{
    public required string DataFolder { get; init; }

    /// <summary>Null when there is none that can be read.</summary>
    public LoadedConfig? Config { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Names the machine's resolvers.</summary>
    public string ResolvConf { get; init; } = "/etc/resolv.conf";

    /// <summary>Server to ask for the time by NTP; null asks the control targets for theirs.</summary>
    public string? NtpServer { get; init; }

    public ControlOptions Control => (Config?.Control ?? new ControlSettings([], [])).Options;

    public ImmutableArray<VantagePoint> VantagePoints => Config?.Topology.VantagePoints ?? [new VantagePoint { Id = new VantagePointId("local"), Region = "local" }];

    public IEnumerable<ProbeDefinition> Probes => Config?.Topology.Components.SelectMany(component => component.Probes) ?? [];

    public IPEndPoint? Listen => (Config?.Listen ?? ListenAddress.Default).Endpoint;

    /// <summary>Looks once with a probe of the product itself.</summary>
    public async Task<Outcome> LookAsync(ProbeType type, object options, VantagePoint from, Duration timeout, CancellationToken limit)
    {
        var definition = new ProbeDefinition
        {
            Id = new ProbeId(new ComponentId("doctor"), type.Key),
            Type = type.Key,
            Every = Duration.FromMinutes(1),
            Timeout = timeout,
            Signals = new SignalVocabulary(type.SignalsOf(options)).Schema,
            Conditions = [],
            From = [from.Id],
            Options = options,
            Redaction = Config?.Redaction ?? Redaction.ByShape,
        };
        var clock = new Core.Time.WatchClock(Time);
        await using var probe = type.Create(definition, new NetworkPath(from, Time), new ProbeEnvironment(Time, () => clock.Now));
        using var deadline = new CancellationTokenSource(timeout.ToTimeSpan(), Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit, deadline.Token);
        return (await probe.LookAsync(both.Token)).Outcome;
    }

    public static string Describe(Outcome outcome) => outcome switch
    {
        Outcome.Answered answered => $"answers in {answered.RoundTrip.TotalMilliseconds:0.0} ms",
        Outcome.Refused refused => $"{refused.Code}: {refused.Message}",
        Outcome.TimedOut late => $"no answer within {late.Limit.TotalSeconds:0.#} s ({late.Phase})",
        Outcome.ProbeFault fault => fault.Reason,
        _ => throw new InvalidOperationException("Outcome is a closed hierarchy."),
    };
}
