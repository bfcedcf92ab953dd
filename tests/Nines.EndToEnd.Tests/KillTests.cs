using System.Globalization;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Testing;

namespace Nines.EndToEnd.Tests;

public sealed class KillTests
{
    private static readonly int Kills = int.TryParse(Environment.GetEnvironmentVariable("NINES_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 20;

    /// <summary>Campaigns beside each other, each with its own folder: most of a run's time is spent waiting.</summary>
    private static readonly int Lanes = Math.Clamp(Kills / 10, 1, 6);

    /// <param name="Facts">Facts that a reader had seen, or found after a kill, and that were there to the end.</param>
    /// <param name="Checks">How often one of them was read again and compared.</param>
    /// <param name="Watching">Kills that hit a run that had said that it watches.</param>
    private sealed record Tally(int Facts, long Checks, int Watching);

    /// <summary>TRUTH 18: whatever a reader has seen is there after kill -9 at any instant, and the next run goes on from it.</summary>
    [Fact]
    public async Task Kill_minus_9_at_random_instants_loses_no_fact_and_the_watch_goes_on()
    {
        var begun = TimeProvider.System.GetTimestamp();
        var tallies = await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => CampaignAsync(lane, (Kills - lane + Lanes - 1) / Lanes))));
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Kills} kills ({tallies.Sum(tally => tally.Watching)} while watching), {tallies.Sum(tally => tally.Facts)} acknowledged facts, compared {tallies.Sum(tally => tally.Checks)} times, 0 lost, {TimeProvider.System.GetElapsedTime(begun).TotalSeconds:F0} s"));
    }

    private static async Task<Tally> CampaignAsync(int lane, int kills)
    {
        await using var server = new SwitchedServer();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "nines.yaml"), $"""
            data: ./data
            listen: off
            components:
              - name: shop
                kind: dapp
                probes:
                  - http: {server.Url}
                    every: 1s
                    timeout: 1s
                    tripwire: off
                    conditions:
                      - body contains "well"
            """);
        var data = Path.Combine(folder.Path, "data");
        var random = new Random(20261121 + lane);
        var seen = new List<string>();
        var (checks, watching) = (0L, 0);
        for (var kill = 0; kill < kills; kill++)
        {
            await using var nines = NinesProcess.Start(folder.Path, "up");
            // One in four while it starts, whatever it is doing; the others well into the run. The server changes its mind on the way, so
            // that facts are being written.
            var starting = kill % 4 == 0;
            var lasts = TimeSpan.FromMilliseconds(starting ? random.Next(100, 1500) : random.Next(0, 2500));
            for (long? from = starting ? TimeProvider.System.GetTimestamp() : null; from is not { } since || TimeProvider.System.GetElapsedTime(since) < lasts;)
            {
                server.Good = random.Next(3) > 0;
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
                seen.AddRange(await ReadAsync(data, seen.Count));
                if (from is null && nines.Said.Contains("Watching", StringComparison.Ordinal)) from = TimeProvider.System.GetTimestamp();
                Assert.False(nines.HasExited, nines.Said);
            }
            nines.Kill();
            await nines.ExitAsync();
            if (nines.Said.Contains("Watching", StringComparison.Ordinal)) watching++;
            checks += seen.Count;
            seen = Later(seen, await ReadAsync(data));
        }

        server.Good = true;
        await using (var last = NinesProcess.Start(folder.Path, "up"))
        {
            await WaitForUpAsync(data, seen.Count);
            Assert.Equal(0, await last.TerminateAsync());
        }
        var final = Later(seen, await ReadAsync(data));
        // Some runs are killed before their first fact; the last one was not.
        Assert.InRange(final.Count(line => line.Contains("\"watch_started\"", StringComparison.Ordinal)), 2, kills + 1);
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(data, TimeProvider.System);
        var first = await LedgerProjection.LoadAsync(journal);
        Assert.Equal(LedgerExport.Digest(first), LedgerExport.Digest(await LedgerProjection.LoadAsync(journal)));
        Assert.True(first.StoppedCleanly);
        return new Tally(seen.Count, checks + seen.Count, watching);
    }

    /// <summary>What was read once must be the beginning of what is read later: nothing lost, nothing edited, no gap in positions.</summary>
    private static List<string> Later(List<string> before, List<string> now)
    {
        Assert.True(now.Count >= before.Count, $"{before.Count} facts had been read, now there are {now.Count}.");
        Assert.Equal(before, now.Take(before.Count));
        return now;
    }

    /// <param name="after">How many facts are known already; they are not read again.</param>
    private static async Task<List<string>> ReadAsync(string data, int after = 0)
    {
        if (!File.Exists(Path.Combine(data, "nines.db"))) return [];
        try
        {
            await using var journal = await SqliteJournal.OpenReadOnlyAsync(data, TimeProvider.System);
            var entries = await journal.ReadAsync(new JournalPosition(after), int.MaxValue);
            Assert.Equal(Enumerable.Range(after + 1, entries.Count).Select(position => (long)position), entries.Select(entry => entry.Position.Value));
            return [.. entries.Select(entry => System.Text.Encoding.UTF8.GetString(FactJson.Write(entry.Fact)))];
        }
        catch (JournalException notYet) when (notYet.Code is JournalErrors.NoJournal)
        {
            return []; // killed before the file was made, or while it was
        }
    }

    /// <param name="before">Facts of earlier runs.</param>
    private static Task WaitForUpAsync(string data, int before) => Patience.UntilAsync("the watch comes up again", async () =>
        (await ReadAsync(data)).Skip(before).Any(line => line.Contains("\"timeline_revised\"", StringComparison.Ordinal) && line.Contains("\"likely\":\"up\"", StringComparison.Ordinal)),
        pause: TimeSpan.FromMilliseconds(100));
}
