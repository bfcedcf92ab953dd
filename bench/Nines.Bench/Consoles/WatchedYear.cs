using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Bench.Processes;
using Nines.Bench.Reports;
using NodaTime;

namespace Nines.Bench.Consoles;

/// <summary><c>nines up</c>, as a process of its own, over a year of 1,000 components, which it looks at twice a minute, or not at all; and <see cref="Changing"/> more that it looks at each second.</summary>
internal sealed partial class WatchedYear : IAsyncDisposable
{
    public const int Components = 1_000, Changing = 20;

    private readonly Child nines;
    private readonly FlappingTarget target, steady;
    private readonly string folder;

    private WatchedYear(Child nines, FlappingTarget target, FlappingTarget steady, string folder) => (this.nines, this.target, this.steady, this.folder) = (nines, target, steady, folder);

    public Uri Address { get; private set; } = null!;

    public string DataFolder => Path.Combine(folder, "data");

    /// <summary>Facts come, some dozens every three seconds; else only what a watch tells each minute.</summary>
    public bool FactsCome { set => target.Flaps = value; }

    public TimeSpan ProcessorTime => nines.ProcessorTime;

    /// <param name="seen">False: the 1,000 are not looked at, and so unknown since the year ended.</param>
    public static async Task<WatchedYear> StartAsync(BenchOptions options, bool seen = true)
    {
        var folder = options.NewFolder();
        var (target, steady) = (new FlappingTarget(TimeSpan.FromSeconds(3)), new FlappingTarget(Timeout.InfiniteTimeSpan));
        await JournalAsync(options, Path.Combine(folder, "data"));
        var yaml = new StringBuilder("data: ./data\nlisten: '127.0.0.1:0'\nconsole: {anonymous: viewer}\ncomponents:\n");
        for (var i = 0; i < Components; i++) yaml.Append(CultureInfo.InvariantCulture, $"  - {{name: service-{i:0000}, kind: dapp, probes: [{{http: '{steady.Url}', every: {(seen ? "30s" : "24h")}, timeout: 5s}}]}}\n");
        for (var i = 0; i < Changing; i++) yaml.Append(CultureInfo.InvariantCulture, $"  - {{name: changing-{i:00}, kind: dapp, probes: [{{http: '{target.Url}', every: 1s, timeout: 1s}}]}}\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "nines.yaml"), yaml.ToString());
        var dll = Path.Combine(options.Root, "src", "Nines.Cli", "bin", "Release", "net10.0", "nines.dll");
        var nines = new Child("dotnet", [dll, "up", "--config", Path.Combine(folder, "nines.yaml")]);
        var year = new WatchedYear(nines, target, steady, folder);
        await year.ReadyAsync(seen);
        return year;
    }

    public async ValueTask DisposeAsync()
    {
        await nines.DisposeAsync();
        await target.DisposeAsync();
        await steady.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task ReadyAsync(bool seen)
    {
        Match said;
        for (var left = 600; !(said = Listening().Match(nines.Said)).Success; left--)
        {
            nines.RequireRunning();
            if (left == 0) throw new InvalidOperationException($"nines up did not listen in time: {nines.Said}");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
        Address = new Uri($"http://{said.Groups[1].Value}/");
        using var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
        for (var left = 300; ; left--)
        {
            nines.RequireRunning();
            using var answer = await client.GetAsync(new Uri("/readyz", UriKind.Relative));
            if (answer.IsSuccessStatusCode) break;
            if (left == 0) throw new InvalidOperationException($"nines up was not ready in time: {await answer.Content.ReadAsStringAsync()}");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
        // All have been looked at: most is up, as it mostly is.
        for (var left = 300; ; left--)
        {
            var metrics = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
            if (Shown(seen ? "up" : "unknown").Count(metrics) is var shown && shown >= (seen ? Components : Components * 9 / 10)) return;
            if (left == 0) throw new InvalidOperationException($"only {shown} of {Components} components were {(seen ? "up" : "unknown")} in time.");
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        }
    }

    private static Regex Shown(string state) => new($"^nines_component_state\\{{component=\"service-[^}}]*state=\"{state}\"\\}} 1", RegexOptions.Multiline);

    /// <summary>A year that ended this day, written once a day.</summary>
    private static async Task JournalAsync(BenchOptions options, string data)
    {
        var today = Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow()).InUtc().Date.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant();
        var kept = Path.Combine(options.Root, ".build", "console-year");
        var done = Path.Combine(kept, string.Create(CultureInfo.InvariantCulture, $"made-{today.ToUnixTimeSeconds()}"));
        if (!File.Exists(done))
        {
            if (Directory.Exists(kept)) Directory.Delete(kept, recursive: true);
            Directory.CreateDirectory(kept);
            Talk.Say("console: writing a year of facts (once a day) …");
            var year = new YearOfMany(Components, OutagesEach: 20, Minutes: 365 * 24 * 60) { Start = today - Duration.FromDays(365) };
            await using (var journal = await SqliteJournal.OpenAsync(kept, TimeProvider.System))
            {
                var part = 0;
                foreach (var facts in year.Make().Chunk(10_000)) await journal.AppendAsync(new Append("watch", $"{part++}", facts));
            }
            await File.WriteAllTextAsync(done, "");
        }
        Directory.CreateDirectory(data);
        foreach (var file in Directory.EnumerateFiles(kept).Where(file => file != done)) File.Copy(file, Path.Combine(data, Path.GetFileName(file)));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [GeneratedRegex(@"^Listening on (\d+\.\d+\.\d+\.\d+:\d+)", RegexOptions.Multiline)]
    private static partial Regex Listening();
}
