using System.Globalization;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;

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

    /// <summary>The same worlds on the journal that ships. A kill leaves what its file held at that instant, read by another process.</summary>
    [Fact]
    public async Task The_journal_that_ships_keeps_the_same_facts_through_the_same_kills()
    {
        var top = Directory.CreateTempSubdirectory("nines-simulation-");
        try
        {
            var killed = 0;
            for (var seed = 1; killed < 8; seed++)
            {
                var world = new World(seed);
                if (!world.Restarts.Any(restart => restart.Killed)) continue;
                killed++;
                var (journals, folders) = (new List<IJournal>(), 0);
                IJournal Open(string folder)
                {
                    journals.Add(SqliteJournal.OpenAsync(folder, TimeProvider.System).GetAwaiter().GetResult());
                    return journals[^1];
                }
                string NewFolder() => Directory.CreateDirectory(Path.Combine(top.FullName, $"{seed}-{folders++}")).FullName;
                var current = NewFolder();
                var history = Watch.Run(world, Open(current), _ =>
                {
                    // The old process' handles stay open, as a copy of its disk does not care for them.
                    var next = NewFolder();
                    foreach (var file in Directory.GetFiles(current))
                        if (Path.GetFileName(file) is var name && !name.EndsWith("-shm", StringComparison.Ordinal) && !name.Contains("lock", StringComparison.Ordinal))
                            File.Copy(file, Path.Combine(next, name));
                    return Open(current = next);
                });
                foreach (var journal in journals) await journal.DisposeAsync();

                Assert.Empty(Simulation.Check(history));
                var inMemory = Simulation.Run(seed).History;
                Assert.Equal(CanonicalDigest.Of(inMemory.Entries.Select(entry => entry.Fact)), CanonicalDigest.Of(history.Entries.Select(entry => entry.Fact)));
            }
        }
        finally
        {
            top.Delete(recursive: true);
        }
    }
}
