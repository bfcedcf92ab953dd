using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Probing.Paths;
using Nines.Testing;
using NodaTime;

namespace Nines.Probing.Tests;

/// <summary>Makes probes for tests, and looks once.</summary>
internal static class Look
{
    public static readonly Duration Long = Duration.FromSeconds(60);

    /// <summary>A new one each time: what one test was refused for its rate must not keep another from asking.</summary>
    public static ProbeEnvironment Environment => new(TimeProvider.System, () => Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow()));

    public static NetworkPath Path(Uri? proxy = null, string? source = null) =>
        new(new VantagePoint { Id = new VantagePointId("here"), Region = "here", Proxy = proxy, SourceAddress = source });

    public static ProbeDefinition Define(string type, object options, Duration? timeout = null, params (string Signal, string Test, string Argument)[] tests)
    {
        var signals = ProbeType.Find(type)!.SignalsOf(options);
        return new ProbeDefinition
        {
            Id = new ProbeId(new ComponentId("shop"), type),
            Type = type,
            Every = Duration.FromSeconds(30),
            Timeout = timeout ?? Long,
            From = [new VantagePointId("here")],
            Options = options,
            Signals = new SignalSchema(
            [
                .. signals.Where(signal => !signal.TakesArgument).Select(signal => new SignalRef(signal)),
                .. tests.Select(test => new SignalRef(signals.Single(signal => signal.Name == test.Signal), test.Test, test.Argument)),
            ]),
        };
    }

    /// <summary>As the config would: the conditions bring their signals in.</summary>
    public static ProbeDefinition With(this ProbeDefinition definition, params string[] conditions)
    {
        var vocabulary = new SignalVocabulary(ProbeType.Find(definition.Type)!.SignalsOf(definition.Options));
        var understood = conditions.Select(text => Assert.IsType<ConditionReading.Understood>(ConditionParser.Parse(text, vocabulary)).Condition).ToImmutableArray();
        return definition with { Conditions = understood, Signals = vocabulary.Schema };
    }

    /// <summary>Looks once and says of each condition whether it holds.</summary>
    public static async Task<IReadOnlyList<bool>> VerdictsAsync(ProbeDefinition definition)
    {
        var sight = await OnceAsync(definition);
        Assert.IsType<Outcome.Answered>(sight.Outcome);
        return [.. definition.Conditions.Select(condition => condition.Holds.IsTrue(sight.Signals.AsSpan()))];
    }

    public static Probe Make(ProbeDefinition definition, NetworkPath? path = null, ProbeEnvironment? environment = null) =>
        ProbeType.Find(definition.Type)!.Create(definition, path ?? Path(), environment ?? Environment);

    /// <summary>Looks once within the definition's timeout. Fails when the look takes longer than that and a generous margin.</summary>
    /// <param name="since">The timeout counts from its end: how far a look gets until then is not for the machine to decide. From the beginning when null.</param>
    public static async Task<Sight> OnceAsync(ProbeDefinition definition, NetworkPath? path = null, ProbeEnvironment? environment = null, Task? since = null)
    {
        await using var probe = Make(definition, path, environment);
        return await OnceAsync(probe, definition.Timeout, since);
    }

    public static async Task<Sight> OnceAsync(Probe probe, Duration timeout, Task? since = null)
    {
        using var limit = new CancellationTokenSource();
        var look = probe.LookAsync(limit.Token).AsTask();
        if (since is not null) await Task.WhenAny(look, since.WaitAsync(Patience.Most));
        await Task.WhenAny(look, Task.Delay(timeout.ToTimeSpan(), TimeProvider.System));
        if (look.IsCompleted) return await look;
        await limit.CancelAsync();
        // A second, as this process lives it: where the machine keeps it from running, its own pauses are as late as the look.
        for (var pauses = 0; !look.IsCompleted; pauses++)
        {
            Assert.True(pauses < 50, "the look goes on a second after its limit");
            await Task.WhenAny(look, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System));
        }
        return await look;
    }

    public static SignalValue Value(this Sight sight, ProbeDefinition definition, string name)
    {
        Assert.True(sight.Outcome is Outcome.Answered, sight.Outcome.ToString());
        var schema = definition.Signals;
        var at = schema.IndexOf(name);
        return sight.Signals[at >= 0 ? at : schema.Signals.Select((signal, i) => (signal, i)).Single(pair => pair.signal.Definition.Name == name).i];
    }

    /// <summary>A probe as a config without conditions defines it: with the type's default ones.</summary>
    public static ProbeDefinition WithDefaults(string type, object options, Duration? timeout = null)
    {
        var probe = ProbeType.Find(type)!;
        Assert.Empty(probe.Validate(options));
        var vocabulary = new SignalVocabulary(probe.SignalsOf(options));
        ImmutableArray<Condition> conditions = [.. probe.DefaultConditions(options).Select(text => Assert.IsType<ConditionReading.Understood>(ConditionParser.Parse(text, vocabulary)).Condition)];
        return Define(type, options, timeout) with { Signals = vocabulary.Schema, Conditions = conditions };
    }

    /// <summary>The conditions that the answer breaks, as the config would write them.</summary>
    public static IEnumerable<string> Broken(this Sight sight, ProbeDefinition definition)
    {
        Assert.IsType<Outcome.Answered>(sight.Outcome);
        return definition.Conditions.Where(condition => !condition.Holds.IsTrue(sight.Signals.AsSpan())).Select(condition => condition.Text);
    }

    public static Outcome.ProbeFault Fault(this Sight sight, string with)
    {
        var fault = Assert.IsType<Outcome.ProbeFault>(sight.Outcome);
        Assert.Contains(with, fault.Reason, StringComparison.Ordinal);
        return fault;
    }

    public static Outcome.Refused Refusal(this Sight sight, string code)
    {
        var refused = Assert.IsType<Outcome.Refused>(sight.Outcome);
        Assert.Equal(code, refused.Code);
        return refused;
    }

    public static void TimesOutIn(this Sight sight, string phase)
    {
        Assert.True(sight.Outcome is Outcome.TimedOut, sight.Outcome.ToString());
        Assert.Equal(phase, ((Outcome.TimedOut)sight.Outcome).Phase);
        Assert.True(sight.NeedsControl);
    }

    /// <summary>A port of this machine that nobody listens on.</summary>
    public static HostPort NobodyThere() => new("127.0.0.1", Ports.Free());

    public static Task UntilAsync(Func<bool> holds, string what) => Patience.UntilAsync(what, holds, pause: TimeSpan.FromMilliseconds(5));
}
