using System.Collections.Immutable;
using System.Diagnostics;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Judging;
using NodaTime;

namespace Nines.Bench;

/// <summary>Observations a second on one core: 1,000 components, 4 vantage points each, two conditions, 1 in 10,000 looks fails twice.</summary>
internal static class JudgingBench
{
    private static readonly Instant Start = Instant.FromUtc(2026, 1, 1, 0, 0);

    public static Report Run(bool quick, int? asked)
    {
        var runs = asked ?? (quick ? 3 : 7);
        var rates = new List<double>();
        var bytes = new List<double>();
        for (var run = 0; run <= runs; run++)
        {
            var (rate, allocated) = Once(quick ? 2_000_000 : 4_000_000);
            if (run == 0) continue; // the first one warms the compiler up
            Talk.Say($"judging: run {run} of {runs}: {rate:#,##0} observations/s");
            rates.Add(rate);
            bytes.Add(allocated);
        }
        return Report.Of("judging", runs,
            new Figure("observations_per_second_and_core", Median.Of(rates), "1/s", "higher", 1_000_000),
            new Figure("allocated_per_observation", Median.Of(bytes), "B", "lower") { Note = "by the judge alone; the observations were made before" });
    }

    private static (double Rate, double Bytes) Once(int count)
    {
        string[] points = ["eu", "us", "asia", "africa"];
        var components = Enumerable.Range(0, 1000).Select(i => Component($"c{i}", points)).ToImmutableArray();
        var topology = new Topology { Components = components, VantagePoints = [.. points.Select(point => new VantagePoint { Id = new(point), Region = point })] };
        var judge = new Judge(topology, ImmutableDictionary<string, byte[]>.Empty, Start);
        var facts = new List<Fact>();
        judge.Begin(facts);

        var observations = Make(components, points, 400_000);
        var timer = new Stopwatch();
        long allocated = 0;
        var done = 0;
        for (var round = 0; done < count; round++)
        {
            var shifted = round == 0 ? observations : Array.ConvertAll(observations, seen => seen with
            {
                Started = seen.Started + (Duration.FromSeconds(1000) * round),
                Ended = seen.Ended + (Duration.FromSeconds(1000) * round),
            });
            var before = GC.GetAllocatedBytesForCurrentThread();
            timer.Start();
            foreach (var observation in shifted)
            {
                judge.Observe(observation, facts);
                _ = judge.IsUnsettled(observation.Probe.Component);
            }
            timer.Stop();
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            done += shifted.Length;
            facts.Clear();
        }
        return (done / timer.Elapsed.TotalSeconds, (double)allocated / done);
    }

    private static Observation[] Make(ImmutableArray<Component> components, string[] points, int count)
    {
        var random = new Random(1);
        var ids = points.Select(point => new VantagePointId(point)).ToArray();
        var made = new Observation[count];
        var failing = new HashSet<int>();
        for (var i = 0; i < count; i++)
        {
            var slot = i % (components.Length * points.Length);
            var probe = components[slot / points.Length].Probes[0];
            var started = Start + Duration.FromMilliseconds(10_000L * (i / (components.Length * points.Length)) + slot * 2);
            var bad = failing.Remove(slot) || (random.Next(10_000) == 0 && failing.Add(slot));
            made[i] = new Observation(probe.Id, ids[slot % points.Length], started, started + Duration.FromMilliseconds(50),
                bad ? new Outcome.Refused("connection_refused", "connection refused") : new Outcome.Answered(Duration.FromMilliseconds(50)),
                bad ? [] : [SignalValue.Of(0.05), SignalValue.Of(200.0)]);
        }
        return made;
    }

    private static Component Component(string name, string[] points) => new()
    {
        Id = new(name),
        Kind = ComponentKind.Dapp,
        Probes =
        [
            new ProbeDefinition
            {
                Id = new(new(name), "http"), Type = "http", Every = Duration.FromSeconds(10), Timeout = Duration.FromSeconds(5),
                Signals = SignalSchema.Of(
                    new SignalDefinition("round_trip", SignalUnit.Seconds, "Time to the last byte."), new SignalDefinition("status", SignalUnit.None, "Status code.")),
                Conditions =
                [
                    new("status == 200", new Expression.Compare(1, Comparison.Equal, new Literal.Number(200)), State.Down),
                    new("round_trip < 800ms", new Expression.Compare(0, Comparison.Less, new Literal.Number(0.8)), State.Degraded),
                ],
                From = [.. points.Select(point => new VantagePointId(point))], Options = new object(),
            },
        ],
    };
}
