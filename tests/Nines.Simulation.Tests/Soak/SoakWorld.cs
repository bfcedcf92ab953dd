using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Probing;
using Nines.Probing.Evm;
using Nines.Probing.Http;
using Nines.Probing.WebSockets;
using NodaTime;

namespace Nines.Simulation.Soak;

/// <param name="Targets">All of them healthy, all the time.</param>
/// <param name="LossShare">Share of looks that get no good answer, each for itself: no loss makes another one likelier.</param>
public sealed record SoakPlan(int Seed, int Targets, Duration Every, Duration Length, double LossShare)
{
    public static readonly Duration Timeout = Duration.FromSeconds(5);
}

/// <summary>
/// Healthy targets as they look through a real network and a machine with troubles of its own: pages and APIs, nodes of chains whose heads
/// lag by a block or two, streams with pauses.
/// </summary>
internal sealed class SoakWorld
{
    public const long Second = TimeSpan.TicksPerSecond;
    private const int NodesPerChain = 10;
    private const double BlockTime = 12, LongestPause = 9.5;
    private static readonly VantagePoint Here = new() { Id = new("here"), Region = "here" };

    private readonly SoakPlan plan;
    private readonly Random random;
    private readonly Instant start;
    private readonly double[] heads;

    /// <param name="start">The instant at tick 0.</param>
    public SoakWorld(SoakPlan plan, Instant start)
    {
        (this.plan, this.start) = (plan, start);
        random = new Random(plan.Seed);
        heads = new double[plan.Targets];
        Topology = new Topology { Components = MakeComponents(), VantagePoints = [Here] };
        OutOfDescriptors = Stretches(3, 2, 6);
        ResolverFails = Stretches(2, 3, 10);
        PathIsDead = Stretches(6, 5, 20);
        ControlFails = [.. PathIsDead, .. Stretches(4, 5, 20)];
        Stall = new Trouble(Ticks / 2, Ticks / 2 + 5 * Second);
    }

    /// <param name="From">First tick inside.</param>
    /// <param name="To">First tick after it.</param>
    public readonly record struct Trouble(long From, long To)
    {
        public bool Holds(long tick) => From <= tick && tick < To;
    }

    public Topology Topology { get; }
    public long Ticks => plan.Length.BclCompatibleTicks;

    /// <summary>When no look can be made for want of a descriptor.</summary>
    public ImmutableArray<Trouble> OutOfDescriptors { get; }

    /// <summary>When our resolver answers nobody, control names included.</summary>
    public ImmutableArray<Trouble> ResolverFails { get; }

    /// <summary>When nothing comes through, control targets included.</summary>
    public ImmutableArray<Trouble> PathIsDead { get; }

    /// <summary>When the control targets cannot be reached; also while all else can.</summary>
    public ImmutableArray<Trouble> ControlFails { get; }

    /// <summary>When the watching process gets no processor.</summary>
    public Trouble Stall { get; }

    public static bool Any(ImmutableArray<Trouble> troubles, long tick)
    {
        foreach (var trouble in troubles)
            if (trouble.Holds(tick)) return true;
        return false;
    }

    /// <summary>A page or an API is asked by a name in every second case; nodes and streams by address.</summary>
    public static bool ResolvesName(int target) => target % 5 >= 2 && target % 2 == 0;

    public bool IsLost() => random.NextDouble() < plan.LossShare;

    /// <summary>
    /// Log-normal around 120 ms; one of 200 looks comes from a heavy tail (Pareto, from 1 s on). What would be longer than the time-out comes
    /// just below it: that a look is lost is said by <see cref="IsLost"/> alone.
    /// </summary>
    public long RoundTrip()
    {
        var seconds = random.NextDouble() < 0.005
            ? 1 / Math.Pow(1 - random.NextDouble(), 1 / 1.2)
            : 0.12 * Math.Exp(0.9 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return (long)(Math.Min(seconds, SoakPlan.Timeout.TotalSeconds * 0.98) * Second);
    }

    /// <returns>What a lost look brings, and whether it took until the time-out.</returns>
    public (Outcome Outcome, bool Waits) Loss() => random.Next(3) switch
    {
        0 => (new Outcome.Refused("reset", "the connection was reset"), false),
        1 => (new Outcome.TimedOut(SoakPlan.Timeout, "connect"), true),
        _ => (new Outcome.TimedOut(SoakPlan.Timeout, "headers"), true),
    };

    /// <summary>The values of a healthy answer at this tick.</summary>
    public ImmutableArray<SignalValue> Answer(int target, ProbeDefinition probe, long tick, long took)
    {
        var values = new SignalValue[probe.Signals.Signals.Length];
        Array.Fill(values, SignalValue.Missing);
        void Set(string name, SignalValue value) => values[probe.Signals.IndexOf(name)] = value;
        if (probe.Type == "websocket")
        {
            Set("connected", SignalValue.Of(true));
            // Gaps of a quiet market: most are short, the longest stay below the limit of 10 s.
            Set("silence", SignalValue.Of(LongestPause * Math.Pow(random.NextDouble(), 4)));
            return [.. values];
        }
        Set("round_trip", SignalValue.Of((double)took / Second));
        if (probe.Type == "http")
        {
            Set("status", SignalValue.Of(random.Next(20) == 0 ? 204.0 : 200.0));
            return [.. values];
        }
        var now = start + Duration.FromTicks(tick);
        var tip = Math.Floor(now.ToUnixTimeTicks() / (double)Second / BlockTime);
        var behind = random.NextDouble() switch { < 0.05 => 2, < 0.25 => 1, _ => 0 };
        heads[target] = Math.Max(heads[target], tip - behind);
        Set("head", SignalValue.Of(heads[target]));
        Set("head_time", SignalValue.Of(heads[target] * BlockTime));
        Set("head_age", SignalValue.Of(Math.Max(0, now.ToUnixTimeTicks() / (double)Second - heads[target] * BlockTime)));
        foreach (var sound in (string[])["head_backwards", "state_missing", "logs_missing", "out_of_order"]) Set(sound, SignalValue.Of(false));
        Set("finalized_backwards", SignalValue.Of(false));
        Set("syncing", SignalValue.Of(false));
        return [.. values];
    }

    private ImmutableArray<Component> MakeComponents()
    {
        var pages = Definition(new HttpProbeType(), new HttpOptions { Url = new Uri("https://shop.example/") });
        var streams = Definition(new WebSocketProbeType(), new WebSocketOptions { Url = new Uri("wss://venue.example/") });
        var nodes = Definition(new EvmProbeType(), new EvmOptions { Url = new Uri("https://node.example/") });
        var components = Enumerable.Range(0, plan.Targets).Select(i => (i % 5) switch
        {
            0 => Of(i, ComponentKind.Node, nodes) with { Chain = new($"chain-{i / 5 / NodesPerChain}") },
            1 => Of(i, ComponentKind.Venue, streams),
            _ => Of(i, ComponentKind.Dapp, pages),
        }).ToArray();
        return [.. components, .. components.Select(one => one.Chain).OfType<ComponentId>().Distinct()
            .Select(chain => new Component { Id = chain, Kind = ComponentKind.Chain, ChainRules = new ChainRules { HeadAgeLimit = Duration.FromSeconds(48) } })];
    }

    private static Component Of(int target, ComponentKind kind, ProbeDefinition probe)
    {
        var id = new ComponentId($"target-{target}");
        return new Component { Id = id, Kind = kind, Probes = [probe with { Id = new(id, probe.Type) }] };
    }

    /// <summary>The probe with its type's own signals and default conditions, as a config without any gets it.</summary>
    private ProbeDefinition Definition(ProbeType type, object options)
    {
        var vocabulary = new SignalVocabulary(type.Signals);
        var conditions = type.DefaultConditions(options).Select(text => ((ConditionReading.Understood)ConditionParser.Parse(text, vocabulary)).Condition).ToImmutableArray();
        return new ProbeDefinition
        {
            Id = new(new("any"), type.Key), Type = type.Key, Every = plan.Every, Timeout = SoakPlan.Timeout,
            Signals = vocabulary.Schema, Conditions = conditions, From = [Here.Id], Options = options,
        };
    }

    /// <summary>At random instants, so many hours apart on average, of a random length in seconds.</summary>
    private ImmutableArray<Trouble> Stretches(double hoursApart, double shortest, double longest)
    {
        var stretches = ImmutableArray.CreateBuilder<Trouble>();
        for (var at = Next(); at < Ticks; at += Next()) stretches.Add(new Trouble(at, at + (long)((shortest + random.NextDouble() * (longest - shortest)) * Second)));
        return stretches.ToImmutable();

        long Next() => (long)(-Math.Log(1 - random.NextDouble()) * hoursApart * 3600 * Second);
    }
}
