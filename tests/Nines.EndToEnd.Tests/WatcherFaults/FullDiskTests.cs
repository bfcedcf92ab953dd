using System.Text.Json;

namespace Nines.EndToEnd.Tests.WatcherFaults;

/// <summary>The data folder lies on a small file system of its own (tmpfs), which is filled to the last byte and freed again.</summary>
public sealed class FullDiskTests
{
    private const string Filling = "dd if=/dev/zero of=\"$0/ballast\" bs=64k 2>/dev/null; dd if=/dev/zero of=\"$0/ballast2\" bs=1 count=8192 2>/dev/null; true";

    [Fact]
    public async Task What_was_judged_while_the_disk_was_full_is_kept_when_it_is_freed()
    {
        await using SwitchedServer steady = new(), broke = new();
        await using var watch = new Watch();
        await using var disk = await MountAsync(watch);
        await watch.StartAsync("components:\n" + Watch.Component("steady", steady.Url) + Watch.Component("broke", broke.Url));
        await UntilStateAsync(watch, "steady", "up");
        await UntilStateAsync(watch, "broke", "up");
        await watch.UntilAskedAsync(broke, 2);

        await disk.RunAsync("sh", "-c", Filling, watch.Data);
        var full = Watch.Now;
        await watch.Up.SaysAsync("NIN2007");
        // An outage begins and ends while nothing can be kept.
        broke.Good = false;
        var broken = Watch.Now;
        await watch.UntilAskedAsync(broke, 4);
        broke.Good = true;
        var mended = Watch.Now;
        await watch.UntilAskedAsync(broke, 3);
        Assert.DoesNotContain("broke-1", watch.Up.Said, StringComparison.Ordinal); // readers hear of nothing that is not durable
        await disk.RunAsync("rm", $"{watch.Data}/ballast", $"{watch.Data}/ballast2");
        await watch.Up.SaysAsync("The journal takes facts again");
        await Watch.RestAsync(1.5);

        var outage = Assert.Single(await watch.OutageLinesAsync("broke"));
        Assert.Equal("closed", outage.GetProperty("status").GetString());
        var slack = TimeSpan.FromSeconds(watch.Slack);
        Assert.InRange(At(outage, "began_latest"), broken.ToDateTimeOffset(), broken.ToDateTimeOffset() + slack);
        Assert.InRange(At(outage, "ended_latest"), mended.ToDateTimeOffset(), mended.ToDateTimeOffset() + slack);
        Assert.Empty(await watch.OutageLinesAsync("steady"));
        // The watching never stopped: none of it is unknown but the beginning.
        var line = await watch.ReportAsync("steady");
        Assert.Equal(1, line.GetProperty("availability_likely").GetDouble());
        Assert.InRange(line.GetProperty("in_state_s").GetProperty("unknown").GetDouble(), 0, watch.Slack);
        Assert.True(line.GetProperty("known_s").GetDouble() > (mended - full).TotalSeconds);
        Assert.Equal("broke", (await watch.AskAsync("explain", "outage", outage.GetProperty("id").GetString()!)).GetProperty("outage").GetProperty("component").GetString());
        Assert.Equal(0, await watch.Up.TerminateAsync());
    }

    [Fact]
    public async Task Stopped_while_the_disk_is_full_it_says_how_many_facts_are_given_up_and_the_next_run_calls_them_unknown()
    {
        await using SwitchedServer steady = new(), broke = new();
        await using var watch = new Watch();
        await using var disk = await MountAsync(watch);
        await watch.StartAsync("components:\n" + Watch.Component("steady", steady.Url) + Watch.Component("broke", broke.Url));
        await UntilStateAsync(watch, "broke", "up");
        await watch.UntilAskedAsync(broke, 2);
        await disk.RunAsync("sh", "-c", Filling, watch.Data);
        await watch.Up.SaysAsync("NIN2007");
        broke.Good = false;
        var lost = Watch.Now;
        await watch.UntilAskedAsync(broke, 4);
        Assert.Equal(4, await watch.Up.TerminateAsync());
        Assert.Matches("[1-9][0-9]* facts could not be kept and are given up", watch.Up.Said);

        await disk.RunAsync("rm", $"{watch.Data}/ballast", $"{watch.Data}/ballast2");
        var again = Watch.Now;
        await watch.StartAsync();
        await UntilStateAsync(watch, "broke", "effectively_down");
        await UntilStateAsync(watch, "steady", "up");
        await watch.UntilAskedAsync(steady, 2);
        Assert.Single(await watch.OutageLinesAsync("broke"));
        Assert.Empty(await watch.OutageLinesAsync("steady"));
        Assert.InRange((await watch.ReportAsync("steady")).GetProperty("in_state_s").GetProperty("unknown").GetDouble(), (again - lost).TotalSeconds, (again - lost).TotalSeconds + watch.Slack);
        Assert.Equal(0, await watch.Up.TerminateAsync());
    }

    private static async Task<PrivateNamespace> MountAsync(Watch watch)
    {
        Directory.CreateDirectory(watch.Data);
        var disk = await PrivateNamespace.CreateAsync("-m", $"mount --make-rprivate / && mount -t tmpfs -o size=2m tmpfs {watch.Data}");
        watch.Through = disk.EnteringAt(watch.Folder);
        return disk;
    }

    private static DateTimeOffset At(JsonElement line, string name) => line.GetProperty(name).GetDateTimeOffset();

    /// <summary>By the verb: the folder is not to be seen from here.</summary>
    private static Task UntilStateAsync(Watch watch, string component, string state) => watch.WaitAsync($"{component} becomes {state}", async () =>
    {
        var (exit, said) = await NinesProcess.RunThroughAsync(watch.Folder, watch.Through, ["get", "components", "-o", "json"]);
        return exit == 0 && JsonSerializer.Deserialize<JsonElement>(said[said.IndexOf('{', StringComparison.Ordinal)..]).GetProperty("components").EnumerateArray()
            .Any(line => line.GetProperty("component").GetString() == component && line.GetProperty("state").GetString() == state);
    });
}
