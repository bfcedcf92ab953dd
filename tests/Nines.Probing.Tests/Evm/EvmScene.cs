using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Probing.Contracts;
using Nines.Probing.Evm;
using NodaTime;

namespace Nines.Probing.Tests.Evm;

/// <summary>A probe, its options and what its signals are called.</summary>
internal sealed class EvmScene
{
    public static ProbeEnvironment Environment => new(TimeProvider.System, () => Instant.FromUnixTimeSeconds(1_700_000_020));
    public static readonly NetworkPath Path = new(new VantagePoint { Id = new("here"), Region = "r" });

    public static ProbeDefinition Definition(ProbeType type, object options, double every = 10, double timeout = 5) => new()
    {
        Id = new ProbeId(new("node"), type.Key),
        Type = type.Key,
        Every = Duration.FromSeconds(every),
        Timeout = Duration.FromSeconds(timeout),
        Signals = SignalSchema.Of(type.SignalsOf(options)),
        From = [new("here")],
        Options = options,
    };

    public static EvmProbe NodeAt(EvmOptions options, HttpMessageHandler? transport = null, double every = 10, ProbeEnvironment? environment = null) =>
        new(Definition(new EvmProbeType(), options, every), options, Path, environment ?? Environment with { Requests = new() }, transport);

    public static ContractProbe ContractAt(ContractOptions options, HttpMessageHandler? transport = null) =>
        new(Definition(new ContractProbeType(), options), options, Path, Environment with { Requests = new() }, transport);

    /// <inheritdoc cref="Look.OnceAsync(Probe, Duration, Task?)"/>
    public static Task<Sight> LookAsync(Probe probe, double seconds = 60, Task? since = null) => Look.OnceAsync(probe, Duration.FromSeconds(seconds), since);

    public static SignalValue Signal(ProbeType type, Sight sight, string name)
    {
        Assert.IsType<Outcome.Answered>(sight.Outcome);
        return sight.Signals[SignalSchema.Of(type.Signals).IndexOf(name)];
    }

    public static SignalValue OfNode(Sight sight, string name) => Signal(new EvmProbeType(), sight, name);

    public static SignalValue OfContract(Sight sight, string name) => Signal(new ContractProbeType(), sight, name);

    /// <returns>The default conditions that the sight breaks, as they are written.</returns>
    public static string[] Broken(ProbeType type, object options, Sight sight)
    {
        Assert.IsType<Outcome.Answered>(sight.Outcome);
        var vocabulary = new SignalVocabulary(type.SignalsOf(options));
        return [.. type.DefaultConditions(options)
            .Select(text => Assert.IsType<ConditionReading.Understood>(ConditionParser.Parse(text, vocabulary)).Condition)
            .Where(condition => !condition.Holds.IsTrue(sight.Signals.AsSpan()))
            .Select(condition => condition.Text)];
    }
}
