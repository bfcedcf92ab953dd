using System.Globalization;

namespace Nines.Simulation.Tests;

/// <summary>NINES_SEEDS=count sets how many worlds are watched, NINES_SEED=n replays one in full.</summary>
public sealed class SimulationTests
{
    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    [Fact]
    public void A_watch_over_any_world_keeps_every_promise()
    {
        if (Number("NINES_SEED", -1) is >= 0 and var seed)
        {
            var (history, violations) = Simulation.Run(seed);
            Account.Write(history, violations, TestContext.Current.TestOutputHelper!);
            Assert.Empty(violations);
            return;
        }

        var failures = new SortedDictionary<int, string>();
        var (first, count) = (Number("NINES_FIRST", 1), Number("NINES_SEEDS", 1000));
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, one =>
        {
            string? wrong = null;
            try
            {
                var (_, violations) = Simulation.Run(one);
                if (violations.Count > 0) wrong = $"{violations[0]}\n  ({violations.Count} in all)";
            }
            catch (Exception e)
            {
                wrong = e.ToString();
            }
            if (wrong is null) return;
            lock (failures) failures.Add(one, wrong);
        });
        if (failures.Count > 0)
            Assert.Fail($"{failures.Count} of {count} worlds break a promise.\n"
                + string.Join("\n", failures.Values.GroupBy(text => text.Split('\n')[0]).Select(group => $"{group.Count()} times {group.Key}")) + "\n" + string.Join("\n", failures.Take(Number("NINES_SHOW", 5)).Select(failure => $"seed {failure.Key}: {failure.Value}\n  replay: ./test --seed {failure.Key}")));
    }
}
