using Nines.Core.Facts;
using NodaTime;

namespace Nines.EndToEnd.Tests.WatcherFaults;

/// <summary>The wall clock of the process is set by an hour, forward and back (libfaketime; the machine's clock is left alone).</summary>
public sealed class SteppedClockTests
{
    private static readonly string? Library = ((string[])["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"]).Select(folder => $"{folder}/faketime/libfaketimeMT.so.1").FirstOrDefault(File.Exists);

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public async Task A_step_of_the_wall_clock_is_a_fact_and_changes_no_length(int seconds)
    {
        Assert.SkipWhen(Library is null, "libfaketime is missing: install faketime.");
        using var folder = new TemporaryFolder();
        var offset = Path.Combine(folder.Path, "offset");
        await File.WriteAllTextAsync(offset, "+0");
        await using SwitchedServer steady = new(), broke = new();
        await using var watch = new Watch
        {
            Environment = new Dictionary<string, string>
            {
                ["LD_PRELOAD"] = Library!,
                ["FAKETIME_TIMESTAMP_FILE"] = offset,
                ["FAKETIME_NO_CACHE"] = "1",
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
                ["NO_FAKE_STAT"] = "1",
            },
        };
        await watch.StartAsync("components:\n" + Watch.Component("steady", steady.Url) + Watch.Component("broke", broke.Url));
        await watch.UntilUpAsync("steady");
        await watch.UntilUpAsync("broke");

        // An outage with a step in its midst.
        broke.Good = false;
        var broken = Watch.Now;
        await watch.UntilOutageAsync("broke", 1, isOpen: true);
        await StepAsync(offset, $"{seconds:+0;-0}");
        await watch.UntilAsync("the step is on record", async () => (await watch.FactsAsync()).OfType<ClockStepped>().Any());
        await watch.UntilAskedAsync(broke, 2);
        broke.Good = true;
        var mended = Watch.Now;
        await watch.UntilOutageAsync("broke", 1, isOpen: false);
        var seen = Watch.Now;
        await Watch.RestAsync(1.5); // another look: what ends with the watching itself is not sharply over
        Assert.Equal(0, await watch.Up.TerminateAsync());
        var before = await watch.FactsAsync();

        // And a restart while the clock stands wrong; then it is set right again.
        await watch.StartAsync();
        await watch.UntilAsync("the second run looks", async () => (await watch.FactsAsync()).Skip(before.Count).OfType<StateChanged>().Any());
        await StepAsync(offset, "+0");
        await watch.UntilAsync("the second step is on record", async () => (await watch.FactsAsync()).OfType<ClockStepped>().Count() == 2);
        broke.Good = false;
        await watch.UntilOutageAsync("broke", 2, isOpen: true);
        broke.Good = true;
        await watch.UntilOutageAsync("broke", 2, isOpen: false);
        Assert.Equal(0, await watch.Up.TerminateAsync());

        var facts = await watch.FactsAsync();
        var steps = facts.OfType<ClockStepped>().Select(step => step.By.TotalSeconds).ToArray();
        Assert.InRange(steps[0], seconds - 1, seconds + 1);
        Assert.InRange(steps[1], -seconds - 1, -seconds + 1);
        var outages = await watch.OutagesAsync("broke");
        Assert.Equal(2, outages.Count);
        Assert.InRange(outages[0].Length.Longest.TotalSeconds, (mended - broken).TotalSeconds - 0.1, (seen - broken).TotalSeconds + watch.Slack);
        Assert.InRange(outages[0].Length.Shortest.TotalSeconds, 0.5, (seen - broken).TotalSeconds);
        Assert.True(outages[0].Ended!.Value.Latest <= outages[1].Began.Earliest);
        Assert.Empty(await watch.OutageLinesAsync("steady"));
        var line = await watch.ReportAsync("steady");
        Assert.Equal(1, line.GetProperty("availability_likely").GetDouble());
        // Across the restart the wall clock is all there is: an hour forward is an hour unknown, back is none, and never a negative one.
        foreach (var state in line.GetProperty("in_state_s").EnumerateObject()) Assert.InRange(state.Value.GetDouble(), 0, Math.Abs(seconds) + 120);
        var frontiers = facts.OfType<Watched>().Select(watched => watched.Until).ToArray();
        Assert.Equal(frontiers.Order(), frontiers);
        var id = (await watch.OutageLinesAsync("broke"))[0].GetProperty("id").GetString()!;
        Assert.Equal(id, (await watch.AskAsync("explain", "outage", id)).GetProperty("outage").GetProperty("id").GetString());
    }

    /// <summary>Replaced whole: who reads it meanwhile finds the old or the new offset.</summary>
    private static async Task StepAsync(string file, string by)
    {
        await File.WriteAllTextAsync($"{file}.new", by);
        File.Move($"{file}.new", file, overwrite: true);
    }
}
