using System.Globalization;
using NodaTime;

namespace Nines.Bench.Truths;

/// <summary>Targets that are watched in the same way.</summary>
/// <param name="Name">Prefix of its figures.</param>
/// <param name="From">Names of the vantage points.</param>
/// <param name="Kinds">Kinds of fault, as the mode parameter of lab/httptarget.mjs takes them.</param>
/// <param name="LengthErrorAim">Median error of the likely length, at most.</param>
internal sealed record TruthGroup(string Name, string ShortName, string[] From, bool Tripwire, string[] Kinds, Duration LengthErrorAim)
{
    /// <summary>What a timer can find: broken connections, silence, errors, pages that say 200 and are none.</summary>
    private static readonly string[] AllKinds = ["refuse", "reset", "freeze", "slow&ms=10000", "error500", "errorpage", "partial"];

    public static readonly TruthGroup[] All =
    [
        new("one_vantage_point", "one", ["alone"], Tripwire: false, AllKinds, Duration.FromMilliseconds(1_400)),
        new("four_vantage_points", "four", ["north", "east", "south", "west"], Tripwire: false, AllKinds, Duration.FromMilliseconds(350)),
        // Only what breaks an idle connection and, when it ends, lets one be made again; and what breaks it but not new ones.
        new("tripwire", "wire", ["alone"], Tripwire: true, ["refuse", "reset"], Duration.FromMilliseconds(150)),
    ];
}

/// <param name="At">Since the beginning of the plan.</param>
internal sealed record PlannedOutage(int Target, string Kind, Duration At, Duration Length);

/// <summary>Which target fails how, when and for how long: random, the same for the same seed.</summary>
internal sealed record TruthPlan(int TargetsPerGroup, Duration Every, Duration Timeout, Duration Window, IReadOnlyList<PlannedOutage> Outages)
{
    /// <summary>Healthy time between two outages of a target, at least.</summary>
    private const double RestSeconds = 15;

    /// <summary>Outages longer than this may not be missed (TRUTH 3).</summary>
    public Duration Resolution => Every + Timeout;

    public int Targets => TargetsPerGroup * TruthGroup.All.Length;

    public TruthGroup GroupOf(int target) => TruthGroup.All[target / TargetsPerGroup];

    public string ComponentOf(int target) => string.Create(CultureInfo.InvariantCulture, $"{GroupOf(target).ShortName}-{target % TargetsPerGroup:00}");

    public static TruthPlan Make(int seed, bool quick, int timeoutSeconds)
    {
        var (perGroup, window, longest) = quick ? (100, 26.0, 15.0) : (30, 200.0, 60.0);
        var random = new Random(seed);
        var outages = new List<PlannedOutage>();
        var decks = TruthGroup.All.ToDictionary(group => group, _ => new Queue<string>());
        for (var target = 0; target < perGroup * TruthGroup.All.Length; target++)
        {
            var group = TruthGroup.All[target / perGroup];
            if (quick)
            {
                var length = Length(random, longest);
                outages.Add(new PlannedOutage(target, Kind(), Seconds(random.NextDouble() * (window - length)), Seconds(length)));
                continue;
            }
            for (var at = random.NextDouble() * RestSeconds; ; at += RestSeconds + random.NextDouble() * 10)
            {
                var length = Length(random, longest);
                if (at + length > window) break;
                outages.Add(new PlannedOutage(target, Kind(), Seconds(at), Seconds(length)));
                at += length;
            }

            // Dealt from a shuffled deck: random in order, even in number, so that a figure over all kinds does not hang on the draw.
            string Kind()
            {
                var deck = decks[group];
                if (deck.Count == 0)
                    foreach (var kind in group.Kinds.OrderBy(_ => random.Next())) deck.Enqueue(kind);
                return deck.Dequeue();
            }
        }
        return new TruthPlan(perGroup, Seconds(5), Seconds(timeoutSeconds), Seconds(window), outages);
    }

    /// <summary>From 1 s on, log-uniform: as many between 1 and 5 s as between 5 and 25 s, since the short ones are hard.</summary>
    private static double Length(Random random, double longest) => Math.Exp(random.NextDouble() * Math.Log(longest));

    private static Duration Seconds(double seconds) => Duration.FromMilliseconds(Math.Round(seconds * 1000));

    /// <returns>A line a target: its outages as kind, begin, length.</returns>
    public IEnumerable<string> Lines() => Outages.GroupBy(outage => outage.Target).Select(group => string.Create(CultureInfo.InvariantCulture,
        $"{ComponentOf(group.Key)}: {string.Join(", ", group.Select(outage => string.Create(CultureInfo.InvariantCulture, $"{outage.Kind.Split('&')[0]} {outage.At.TotalSeconds:0.0}+{outage.Length.TotalSeconds:0.0}s")))}"));
}
